import { isBefore } from '@tollgate/balance';
import type { Direction } from '@tollgate/balance';
import type { Amount } from '@tollgate/money';
import type { AuditedEvent } from '../audited-events';
import { createMovements, effectOf } from '../movements';
import { closingIn, closingFaults } from './closing';
import type { Closing } from './closing';
import type { Days } from './days';
import { lineOf } from './line';
import { partsOf } from './part';
import type { Line } from './part';
import type { Statement } from './statement';

/**
 * Which statement: one that was closed, by its id; or a draft, by time of recording, `from` on and before `to`. Without `from` it
 * begins where the last closed one ended.
 */
export type Wanted = {
  accountId: string;
  days: Days;
  statementId?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
};

type Moved = Pick<Line, 'movement'> & { event: AuditedEvent };

/** Makes a statement of an account's events, from its first one on. Throws where there is none, or not the one that is wanted. */
export const collectStatement = async (wanted: Wanted, events: AsyncIterable<AuditedEvent>): Promise<Statement> => {
  const collecting = createCollecting(wanted);
  for await (const event of events) collecting.apply(event);
  return collecting.result();
};

const createCollecting = ({ accountId, days, statementId, from, to }: Wanted) => {
  const movementOf = createMovements();
  const opening: Record<Direction, Amount> = { inbound: 0n, outbound: 0n };
  /** Of the interval so far, in the order of the log. */
  let moved: Moved[] = [];
  let about: Pick<Statement, 'accountId' | 'name' | 'currency'> | undefined;
  /** The last closed statement before the one that is wanted, and that one. */
  let before: Closing | undefined;
  let closed: Closing | undefined;

  const open = ({ data }: AuditedEvent): void => {
    const { name, currency } = data;
    about = { accountId, ...(typeof name === 'string' && { name }), currency: String(currency) };
  };

  const close = (closing: Closing): void => {
    if (closing.statementId === statementId) {
      closed = closing;
      moved = moved.filter(({ event }) => event.revision <= closing.throughRevision);
    } else if (from === undefined && isBefore(closing.to, to)) {
      before = closing;
      for (const { event, movement } of moved)
        if (event.revision <= closing.throughRevision) opening[movement.direction] += effectOf(movement);
      moved = moved.filter(({ event }) => event.revision > closing.throughRevision);
    }
  };

  const apply = (event: AuditedEvent): void => {
    if (closed !== undefined) return;
    if (event.type === 'AccountOpened') open(event);
    const closing = closingIn(event);
    if (closing !== undefined) close(closing);
    const movement = movementOf(accountId, event);
    if (movement === undefined) return;
    if (from !== undefined && isBefore(event.recordedAt, from)) opening[movement.direction] += effectOf(movement);
    else if (isBefore(event.recordedAt, to)) moved.push({ event, movement });
  };

  const intervalOf = (): Pick<Statement, 'from' | 'to' | 'closed'> => {
    if (closed === undefined) return withoutAbsent({ from: from ?? before?.to, to });
    const { statementId: id, closedAt } = closed;
    return { ...withoutAbsent({ from: closed.from, to: closed.to }), closed: { statementId: id, closedAt } };
  };

  const result = (): Statement => {
    if (about === undefined) throw new Error(`account ${accountId} is not there`);
    if (statementId !== undefined && closed === undefined)
      throw new Error(`account ${accountId} has no closed statement ${statementId}`);
    const interval = intervalOf();
    const lines = moved.map(({ event, movement }) => lineOf(event, movement, { days, from: interval.from }));
    const parts = partsOf(opening, lines);
    if (closed !== undefined) refuseFaults(closed, closingFaults(closed, { parts, from: before?.to }));
    return { ...about, zone: days.zone, ...interval, parts };
  };

  return { apply, result };
};

const withoutAbsent = ({ from, to }: Record<'from' | 'to', string | undefined>): Pick<Statement, 'from' | 'to'> => ({
  ...(from !== undefined && { from }),
  ...(to !== undefined && { to }),
});

const refuseFaults = ({ statementId }: Closing, faults: readonly string[]): void => {
  if (faults.length > 0)
    throw new Error(`statement ${statementId} was closed otherwise than its entries say: ${faults.join('; ')}`);
};
