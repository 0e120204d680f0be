import type { Command } from 'commander';
import { accountText } from './account-text';
import { say } from './terminal-text';
import { createClient, urlOption } from './tollgate-client';

/** `tollgate account show`. */
export const addAccountShow = (account: Command): void => {
  account
    .command('show')
    .summary('show an account')
    .description('Shows the balances, totals, rule and traffic state of an account.')
    .argument('<id>', 'the account')
    .option('--json', 'as the server answers it')
    .addOption(urlOption())
    .addHelpText(
      'after',
      '\nExamples:\n  tollgate account show acme\n  tollgate account show acme --json | jq .balances.inbound',
    )
    .action(async (accountId: string, { url, json = false }: { url: string; json?: boolean }) => {
      const view = await createClient(url).account(accountId);
      say(json ? JSON.stringify(view) : accountText(view));
    });
};
