import type { Command } from 'commander';
import { accountsText } from './account-text';
import { withMoment } from './moment-options';
import { say } from './terminal-text';
import { createClient, urlOption } from './tollgate-client';
import type { Moment } from './tollgate-client';

const pageSize = 1_000;

/** `tollgate account list`. */
export const addAccountList = (account: Command): void => {
  withMoment(
    account
      .command('list')
      .summary('list all accounts, as they are or as they were')
      .description('Lists all accounts by id, a line each, as they are or as they were.'),
  )
    .option('--json', 'a line of JSON each, as the server answers it')
    .addOption(urlOption())
    .addHelpText('after', '\nExamples:\n  tollgate account list\n  tollgate account list --json | jq -r .accountId')
    .action(async ({ url, json = false, ...moment }: Moment & { url: string; json?: boolean }) => {
      let count = 0;
      for await (const page of createClient(url).accountPages(pageSize, moment)) {
        count += page.length;
        if (json) for (const view of page) say(JSON.stringify(view));
        else if (page.length > 0) say(accountsText(page));
      }
      if (count === 0 && !json)
        say(
          Object.keys(moment).length > 0
            ? 'No account was open then.'
            : 'No account is open: see `tollgate account open --help`.',
        );
    });
};
