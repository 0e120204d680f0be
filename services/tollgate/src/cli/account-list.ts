import type { Command } from 'commander';
import { accountsText } from './account-text';
import { say } from './terminal-text';
import { createClient, urlOption } from './tollgate-client';

const pageSize = 1_000;

/** `tollgate account list`. */
export const addAccountList = (account: Command): void => {
  account
    .command('list')
    .summary('list all accounts')
    .description('Lists all accounts by id, a line each.')
    .option('--json', 'a line of JSON each, as the server answers it')
    .addOption(urlOption())
    .addHelpText('after', '\nExamples:\n  tollgate account list\n  tollgate account list --json | jq -r .accountId')
    .action(async ({ url, json = false }: { url: string; json?: boolean }) => {
      let count = 0;
      for await (const page of createClient(url).accountPages(pageSize)) {
        count += page.length;
        if (json) for (const view of page) say(JSON.stringify(view));
        else if (page.length > 0) say(accountsText(page));
      }
      if (count === 0 && !json) say('No account is open: see `tollgate account open --help`.');
    });
};
