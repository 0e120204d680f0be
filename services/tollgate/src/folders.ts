import { join } from 'node:path';

/** What is where in the data folder. Only `log` is the truth: the account table is derived from it and may be deleted. */
export const foldersOf = (data: string) => ({
  log: join(data, 'log'),
  accountTable: join(data, 'account-table'),
  /** How far each relay has been acknowledged: without it everything is published again. */
  relays: join(data, 'relays'),
  /** Of the process that has the data folder open. */
  lock: join(data, 'lock'),
});
