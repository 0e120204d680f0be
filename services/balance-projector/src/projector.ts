import { addBatch } from '@tollgate/account-table';
import type { AccountTable } from '@tollgate/account-table';
import type { LogEvent } from '@tollgate/contracts';
import type { EventLog } from '@tollgate/event-store';
import { follow } from '@tollgate/service-runtime';
import type { Following, Log } from '@tollgate/service-runtime';

const batchEvents = 1_000;

/** Folds a log that is elsewhere into the account table of this process, for ever. */
export const startBalanceProjector = (parts: {
  log: EventLog<LogEvent>;
  table: AccountTable;
  logger: Log;
}): Following => {
  const { log, table, logger } = parts;
  return follow({
    name: 'balance projector',
    log,
    prefixes: [''],
    position: table.position,
    apply: async (batch) => {
      await addBatch(table, batch.events, log.read);
      if (batch.isCaughtUp) table.caughtUp();
    },
    maxEvents: batchEvents,
    logger,
  });
};
