import type { LogEvent } from '@tollgate/contracts';
import type { EventLog } from '@tollgate/event-store';
import { addBatch } from './add-batch';
import { openAccountTable } from './account-table';
import type { AccountTable } from './table';

/** For tests: folds a log into a table of its own, as a process does that has the log elsewhere. */
export const followedTable = (
  log: EventLog<LogEvent>,
): { table: AccountTable; caughtUp: Promise<void>; stop(): void } => {
  const table = openAccountTable();
  const stopping = new AbortController();
  const caughtUp = new Promise<void>((resolve, reject) => {
    const run = async (): Promise<void> => {
      await table.start({ ledger: 'test', seed: new Uint8Array(16), last: 0 });
      for await (const { events, isCaughtUp } of log.subscribe({ prefixes: [''], signal: stopping.signal })) {
        await addBatch(table, events, log.read);
        if (isCaughtUp) resolve();
      }
    };
    run().catch(reject);
  });
  return {
    table,
    caughtUp,
    stop: () => {
      stopping.abort();
    },
  };
};
