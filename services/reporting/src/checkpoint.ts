import type { Client } from 'pg';
import type { LogEvent } from '@tollgate/contracts';
import type { EventLog, Position, RecordedEvent } from '@tollgate/event-store';
import { ledgerOf } from '@tollgate/event-store';
import { timeText } from './copy-text';
import { DatabaseFault, inDatabase } from './database';
import type { Database } from './database';

/** How far a log is applied: its ledger, by the id of its first event, and the last event applied. */
export type Checkpoint = { ledger: string; position: Position; eventId: string };

type Row = { ledger: string | null; position: string | null; event_id: string | null };

/** Absent while nothing is applied. Throws `DatabaseFault`. */
export const readCheckpoint = ({ client }: Database): Promise<Checkpoint | undefined> =>
  inDatabase(async () => {
    const { rows } = await client.query<Row>('select ledger, position, event_id from tollgate.checkpoint');
    const [{ ledger, position, event_id: eventId } = { ledger: null, position: null, event_id: null }] = rows;
    return ledger === null || position === null || eventId === null
      ? undefined
      : { ledger, position: BigInt(position), eventId };
  });

export type NextCheckpoint = Checkpoint & { recordedAt: string };

/** Locks the checkpoint, and moves it if it is where it was seen. Returns whether it was. */
export const moveCheckpoint = async (
  client: Client,
  seen: Checkpoint | undefined,
  next: NextCheckpoint,
): Promise<boolean> => {
  const { rowCount } = await client.query(
    `update tollgate.checkpoint set ledger = $1, position = $2, event_id = $3, recorded_at = $4
    where position is not distinct from $5::bigint and event_id is not distinct from $6`,
    [next.ledger, next.position, next.eventId, timeText(next.recordedAt), seen?.position, seen?.eventId],
  );
  return rowCount === 1;
};

/** After one more batch. */
export const checkpointAfter = (
  before: Checkpoint | undefined,
  events: readonly RecordedEvent<LogEvent>[],
): NextCheckpoint => {
  const [first, last] = [events[0], events.at(-1)];
  if (first === undefined || last === undefined) throw new Error('a batch without events moves no checkpoint');
  const { position, eventId, recordedAt } = last;
  return { ledger: before?.ledger ?? first.eventId, position, eventId, recordedAt };
};

/** Throws `DatabaseFault`, with what to do, where the reports are not of this log as far as it goes. */
export const requireSameHistory = async (
  log: EventLog<LogEvent>,
  { ledger, position, eventId }: Checkpoint,
): Promise<void> => {
  const mine = await ledgerOf(log);
  if (ledger !== mine)
    throw new DatabaseFault(
      `it holds the reports of another ledger (${ledger}; this one ${mine ?? 'is empty'}): point DATABASE_URL at another database, or replace them with "tollgate reporting rebuild --yes"`,
    );
  const last = await log.lastPosition();
  const found = last === undefined || position > last ? undefined : await log.read(position);
  if (found?.eventId !== eventId)
    throw new DatabaseFault(
      `its reports go up to position ${String(position)}, which this log does not have as it was: the log was replaced by an older copy; put the newer one back, or make the reports anew with "tollgate reporting rebuild"`,
    );
};
