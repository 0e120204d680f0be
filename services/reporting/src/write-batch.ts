import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { LogEvent } from '@tollgate/contracts';
import type { RecordedEvent } from '@tollgate/event-store';
import { accountsParameters, accountsStatement } from './account-changes';
import { contentOf } from './batch-content';
import type { BatchContent } from './batch-content';
import { checkpointAfter } from './checkpoint';
import type { Checkpoint } from './checkpoint';
import { timeText } from './copy-text';
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
  const content = contentOf(events);
  const after = checkpointAfter(before, events);
  await inDatabase(async () => {
    await client.query(begin);
    const { rowCount } = await client.query(
      `update tollgate.checkpoint set ledger = $1, position = $2, event_id = $3, recorded_at = $4
      where position is not distinct from $5::bigint and event_id is not distinct from $6`,
      [after.ledger, after.position, after.eventId, timeText(after.recordedAt), before?.position, before?.eventId],
    );
    if (rowCount !== 1) {
      await client.query('rollback');
      throw new Fenced('another Tollgate, or a rebuild, writes these reports: it goes on from where that has come to');
    }
    await write(client, content);
    await client.query('commit');
  });
  return after;
};

/** What a crash of the database may take, checkpoint and all, is applied again from the log: nobody need wait for its disk. */
const begin = 'begin; set local synchronous_commit to off';

const write = async (client: Client, { lines, accounts }: BatchContent): Promise<void> => {
  for (const [table, rows] of Object.entries(lines) as [Table, string[]][])
    if (rows.length > 0)
      await pipeline(
        Readable.from([rows.join('')]),
        client.query(copyFrom(`copy tollgate.${table} (${tables[table].join(', ')}) from stdin`)),
      );
  if (accounts.size > 0) await client.query(accountsStatement, accountsParameters(accounts));
};
