import type { LogEvent } from '@tollgate/contracts';
import type { RecordedEvent } from '@tollgate/event-store';
import { readCheckpoint } from './checkpoint';
import type { Checkpoint } from './checkpoint';
import { DatabaseFault, connect, inDatabase } from './database';
import type { Database } from './database';
import { migrate } from './migrate';
import { tables } from './rows';
import { Fenced, writeBatch } from './write-batch';

type Events = readonly RecordedEvent<LogEvent>[];

/** There are reports of another ledger, which nobody has said may go. */
export class OtherLedger extends Error {
  override readonly name = 'OtherLedger';
}

type Rebuild = {
  url: string;
  /** A whole log, from its first event on. */
  groups: AsyncIterable<Events>;
  /** Whether reports of another ledger may be replaced. */
  replacesOthers: boolean;
  onProgress(applied: number): void;
};

const batchEvents = 20_000;

/**
 * Empties the tables and fills them from a log; returns how many events that took. Interrupted, they hold what was written, and whoever
 * follows the log goes on from there. Throws `OtherLedger`, `DatabaseFault`.
 */
export const rebuildReports = async ({ url, groups, replacesOthers, onProgress }: Rebuild): Promise<number> => {
  const database = await connect(url);
  try {
    await migrate(database);
    let checkpoint: Checkpoint | undefined;
    let applied = 0;
    for await (const events of batchesOf(groups)) {
      if (applied === 0) await empty(database, { ledger: events[0]?.eventId, replacesOthers });
      checkpoint = await writeOn(database, checkpoint, events);
      applied += events.length;
      onProgress(applied);
    }
    return applied;
  } finally {
    database.close();
  }
};

const batchesOf = async function* (groups: AsyncIterable<Events>): AsyncGenerator<Events> {
  let batch: RecordedEvent<LogEvent>[] = [];
  for await (const events of groups) {
    for (const event of events) batch.push(event);
    if (batch.length < batchEvents) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
};

/** Writers lock the checkpoint before the tables, and so does this. */
const empty = async (
  database: Database,
  { ledger, replacesOthers }: { ledger: string | undefined; replacesOthers: boolean },
): Promise<void> => {
  const found = (await readCheckpoint(database))?.ledger;
  if (found !== undefined && found !== ledger && !replacesOthers)
    throw new OtherLedger(`the database holds the reports of another ledger (${found}): --yes replaces them`);
  await inDatabase(() =>
    database.client.query(
      `begin;
      update tollgate.checkpoint set ledger = null, position = null, event_id = null, recorded_at = null;
      truncate tollgate.accounts, ${Object.keys(tables)
        .map((table) => `tollgate.${table}`)
        .join(', ')};
      commit`,
    ),
  );
};

/** Where a running Tollgate has written some of it meanwhile, the rest. */
const writeOn = async (database: Database, before: Checkpoint | undefined, events: Events): Promise<Checkpoint> => {
  try {
    return await writeBatch(database, before, events);
  } catch (error) {
    if (!(error instanceof Fenced)) throw error;
    const found = await readCheckpoint(database);
    if (found === undefined || (before !== undefined && found.position <= before.position))
      throw new DatabaseFault('another rebuild has emptied the reports: wait for it, it does the same', {
        cause: error,
      });
    const rest = events.filter(({ position }) => position > found.position);
    return rest.length === 0 ? found : writeOn(database, found, rest);
  }
};
