import type { Command } from 'commander';
import type { Balance } from '@tollgate/balance';
import { accountAfter } from './account-after';
import { addRuleOptions, balancesOf, cutoffOf } from './cutoff-options';
import type { CutoffFlags } from './cutoff-options';
import { say } from './terminal-text';
import { createClient, urlOption } from './tollgate-client';

type Flags = CutoffFlags & { url: string; balances: Balance[] };

/** `tollgate account cutoff`. */
export const addAccountCutoff = (account: Command): void => {
  const cutoff = account
    .command('cutoff')
    .summary('change the rule of an account')
    .description(
      'Replaces the whole rule of an account and shows it: limits that are not given become 0 and all else its default. It is judged at once.',
    )
    .argument('<id>', 'the account')
    .requiredOption(
      '--balances <balances>',
      'which balances cut its traffic: inbound, outbound, mutual, with commas between, or none',
      balancesOf,
    );
  addRuleOptions(cutoff).addOption(urlOption()).addHelpText('after', examples).action(change);
};

const examples = `
Examples:
  tollgate account cutoff acme --balances inbound,outbound --limit inbound=10 --limit outbound=2.5
  tollgate account cutoff acme --balances inbound --slice-seconds 60 --max-concurrent 30 --calls-in-progress cut-now
  tollgate account cutoff acme --balances none`;

const change = async (accountId: string, flags: Flags): Promise<void> => {
  const client = createClient(flags.url);
  const { duplicate, position } = await client.changeCutoff(accountId, cutoffOf(flags.balances, flags));
  say(duplicate ? `${accountId} had this rule already: nothing changed.\n` : `${accountId} has a new rule.\n`);
  say(await accountAfter(client, accountId, position));
};
