import type { Command } from 'commander';
import { accountText } from './account-text';
import { withMoment } from './moment-options';
import { say } from './terminal-text';
import { createClient, urlOption } from './tollgate-client';
import type { Moment } from './tollgate-client';

type Flags = Moment & { url: string; json?: boolean };

/** `tollgate account show`. */
export const addAccountShow = (account: Command): void => {
  withMoment(
    account
      .command('show')
      .summary('show an account, as it is or as it was')
      .description('Shows the balances, totals, rule and traffic state of an account, as they are or as they were.')
      .argument('<id>', 'the account'),
  )
    .option('--json', 'as the server answers it')
    .addOption(urlOption())
    .addHelpText(
      'after',
      '\nExamples:\n  tollgate account show acme\n  tollgate account show acme --json | jq .balances.inbound\n  tollgate account show acme --occurred-before 2026-02-01T00:00:00Z',
    )
    .action(async (accountId: string, { url, json = false, ...moment }: Flags) => {
      const view = await createClient(url).account(accountId, moment);
      say(json ? JSON.stringify(view) : accountText(view));
    });
};
