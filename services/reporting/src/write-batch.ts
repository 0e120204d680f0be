import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { LogEvent } from '@tollgate/contracts';
import type { RecordedEvent } from '@tollgate/event-store';
import { writeAccounts } from './account-changes';
import { addTo, noLines } from './batch-content';
import type { BatchContent } from './batch-content';
import { checkpointAfter, moveCheckpoint } from './checkpoint';
import type { Checkpoint } from './checkpoint';
import { DatabaseFault, inDatabase } from './database';
import type { Database } from './database';
import { tables } from './rows';
import type { Table } from './rows';

/** Somebody else has moved the checkpoint: nothing of the batch was written. */
export class Fenced extends DatabaseFault {
  override readonly name = 'Fenced';
}

/**
 * Writes a batch and the checkpoint after it in one transaction, which counts only if the checkpoint was `before` until then. Its row is
 * locked first, so that of two writers one waits and is then refused. Throws `Fenced`, `DatabaseFault`.
 */
export const writeBatch = async (
  { client }: Database,
  before: Checkpoint | undefined,
  events: readonly RecordedEvent<LogEvent>[],
): Promise<Checkpoint> => {
  const content: BatchContent = { lines: noLines(), accounts: new Map() };
  for (const event of events) addTo(content, event);
  const after = checkpointAfter(before, events);
  await inDatabase(async () => {
    await client.query(begin);
    if (!(await moveCheckpoint(client, before, after))) {
      await client.query('rollback');
      throw new Fenced('another Tollgate, or a rebuild, writes these reports: it goes on from where that has come to');
    }
    await copyLines(client, content.lines);
    await writeAccounts(client, content.accounts);
    await client.query('commit');
  });
  return after;
};

/** What a crash of the database may take, checkpoint and all, is applied again from the log: nobody need wait for its disk. */
const commits = 'set local synchronous_commit to off';
/**
 * A process that is paused in the middle, or cut off, holds the checkpoint for as long as its session stands: the database ends that. What
 * waits for the lock of somebody else is told so.
 */
const limits = `set local idle_in_transaction_session_timeout to '10s'; set local lock_timeout to '10s'; set local statement_timeout to '30s'`;
const begin = `begin; ${commits}; ${limits}`;

export const copyLines = async (client: Client, lines: BatchContent['lines']): Promise<void> => {
  for (const [table, text] of Object.entries(lines) as [Table, string][])
    if (text !== '')
      await pipeline(
        Readable.from([text]),
        client.query(copyFrom(`copy tollgate.${table} (${tables[table].join(', ')}) from stdin`)),
      );
};
