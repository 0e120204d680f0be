import type { Command } from 'commander';
import type { Balance } from '@tollgate/balance';
import { accountAfter } from './account-after';
import { hasCallFlags } from './call-options';
import { addRuleOptions, balancesOf, cutoffOf } from './cutoff-options';
import type { CutoffFlags } from './cutoff-options';
import { say } from './terminal-text';
import { createClient, urlOption } from './tollgate-client';

type Flags = CutoffFlags & { url: string; currency: string; name?: string; cutoff?: Balance[] };

/** `tollgate account open`. */
export const addAccountOpen = (account: Command): void => {
  const open = account
    .command('open')
    .summary('open an account')
    .description('Opens an account and shows it. The same opening again changes nothing.')
    .argument('<id>', 'the account')
    .requiredOption('--currency <code>', 'three capital letters, such as EUR')
    .option('--name <text>', 'the partner, in words')
    .option(
      '--cutoff <balances>',
      'which balances cut its traffic: inbound, outbound, mutual, with commas between, or none',
      balancesOf,
    );
  addRuleOptions(open).addOption(urlOption()).addHelpText('after', examples).action(openOne);
};

const examples = `
Examples:
  tollgate account open globex --currency EUR
      postpaid: nothing is ever blocked
  tollgate account open acme --currency EUR --name 'Acme Telecom' --cutoff inbound --limit inbound=10
      prepaid: inbound traffic is blocked at 10 below zero
  tollgate account open initech --currency USD --cutoff mutual --mutual-formula inbound-minus-outbound
      netting: inbound traffic is blocked when what we owe them does not cover it`;

const openOne = async (accountId: string, flags: Flags): Promise<void> => {
  const { url, currency, name, cutoff, limit, mutualFormula } = flags;
  const client = createClient(url);
  const isRuled = cutoff !== undefined || limit !== undefined || mutualFormula !== undefined || hasCallFlags(flags);
  const { duplicate, position } = await client.openAccount({
    accountId,
    currency,
    ...(name !== undefined && { name }),
    ...(isRuled && { cutoff: cutoffOf(cutoff ?? [], flags) }),
  });
  say(duplicate ? `${accountId} was open already: nothing changed.\n` : `${accountId} is open.\n`);
  say(await accountAfter(client, accountId, position));
};
