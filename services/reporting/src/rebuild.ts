import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LogEvent } from '@tollgate/contracts';
import type { Position, RecordedEvent } from '@tollgate/event-store';
import { writeAccounts } from './account-changes';
import { addTo, noLines } from './batch-content';
import type { BatchContent } from './batch-content';
import { checkpointAfter, moveCheckpoint, readCheckpoint } from './checkpoint';
import type { Checkpoint, NextCheckpoint } from './checkpoint';
import { connect, inDatabase } from './database';
import type { Database } from './database';
import { migrate } from './migrate';
import { tables } from './rows';
import { copyLines } from './write-batch';

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

type Rebuilt = { events: number; position: Position | undefined };

/**
 * Empties the tables and fills them from a log, all in one transaction: interrupted, the reports are what they were. Whoever follows the
 * log waits for the lock on the checkpoint, and is then refused. Returns how many events it took, and where the last of them is. Throws `OtherLedger`, `DatabaseFault`.
 */
export const rebuildReports = async ({ url, groups, replacesOthers, onProgress }: Rebuild): Promise<Rebuilt> => {
  const database = await connect(url);
  const content: BatchContent = { lines: noLines(), accounts: new Map() };
  const copying = createCopying(database, content);
  const ends: RecordedEvent<LogEvent>[] = [];
  let applied = 0;
  try {
    await migrate(database);
    const before = await begin(database);
    for await (const events of groups) {
      if (events.length === 0) continue;
      if (applied === 0) {
        ends.push(...events.slice(0, 1));
        if (!replacesOthers) requireSameLedger(before, ends);
      }
      for (const event of events) addTo(content, event);
      ends.splice(1, 1, ...events.slice(-1));
      applied += events.length;
      onProgress(applied);
      await copying.goOn();
    }
    await copying.finish();
    if (applied > 0) await finish(database, content, checkpointAfter(undefined, ends));
    return { events: applied, position: ends.at(-1)?.position };
  } finally {
    database.close();
  }
};

const requireSameLedger = (before: Checkpoint | undefined, [first]: Events): void => {
  if (before !== undefined && before.ledger !== first?.eventId)
    throw new OtherLedger(`the database holds the reports of another ledger (${before.ledger}): --yes replaces them`);
};

const finish = ({ client }: Database, { accounts }: BatchContent, next: NextCheckpoint): Promise<void> =>
  inDatabase(async () => {
    await writeAccounts(client, accounts);
    await moveCheckpoint(client, undefined, next);
    await client.query('commit');
  });

/** Whoever writes locks the checkpoint before the tables. Returns what it was. */
const begin = (database: Database): Promise<Checkpoint | undefined> =>
  inDatabase(async () => {
    const { client } = database;
    // Everybody who reads the reports waits for one that was paused, or cut off.
    await client.query("begin; set local idle_in_transaction_session_timeout to '10min'");
    await client.query('select from tollgate.checkpoint for update');
    const before = await readCheckpoint(database);
    const all = ['accounts', ...Object.keys(tables)].map((table) => `tollgate.${table}`).join(', ');
    await client.query(
      `truncate ${all}; update tollgate.checkpoint set ledger = null, position = null, event_id = null, recorded_at = null`,
    );
    return before;
  });

/** Lines go out while the next ones are made. */
const createCopying = ({ client }: Database, content: BatchContent) => {
  let copied = Promise.resolve();
  const next = async (): Promise<void> => {
    await copied;
    const { lines } = content;
    content.lines = noLines();
    copied = inDatabase(() => copyLines(client, lines));
    // It is awaited, but maybe not soon enough.
    copied.catch(() => undefined);
  };
  return {
    goOn: async (): Promise<void> => {
      if (content.lines.entries.length >= chunkLength) await next();
      // What is on its way is sent in this turn.
      await nextTurn();
    },
    finish: async (): Promise<void> => {
      await next();
      await copied;
    },
  };
};

const chunkLength = 1 << 20;
