import type { Command } from 'commander';
import { addAccountCutoff } from './account-cutoff';
import { addAccountList } from './account-list';
import { addAccountOpen } from './account-open';
import { addAccountShow } from './account-show';

/** `tollgate account`: opens accounts, shows them, changes their rules. */
export const addAccount = (program: Command): void => {
  const account = program
    .command('account')
    .summary('open, show and list accounts, change their rule')
    .description('Opens accounts of a running Tollgate, shows them and changes which balances cut their traffic.');
  addAccountOpen(account);
  addAccountShow(account);
  addAccountList(account);
  addAccountCutoff(account);
};
