import { movementOf, reservationIdOf } from '@tollgate/balance';
import type { Movement } from '@tollgate/balance';
import { isAccountEvent, storedEvents, streamPrefixes } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { LogIndex } from '@tollgate/event-store';
import type { Accounts } from './accounts';
import { headerAt, settling } from './fold-header';
import type { Fingerprints } from './ids';
import type { OtherStreams } from './other-streams';
import { eventKey } from './record-key';
import type { Streams } from './streams';

/** Describes events that are about to be recorded: a group in the making, of which nobody else knows. */
export type Describer = Pick<LogIndex<LogEvent>, 'describe' | 'discard'>;

/** Whether an event stands in a stream that is no account's. */
const isOther = ({ type }: LogEvent): boolean =>
  type === 'MessageRejected' || type === 'InputLost' || type === 'CommandAcknowledged' || type === 'SigningKeyChanged';

type Known = { accounts: Accounts; streams: Streams; others: OtherStreams; fingerprints: Fingerprints };

export const createDescriber = ({ accounts, streams, others, fingerprints }: Known): Describer => {
  /** Slots and numbers that the group in the making gives away. */
  const openings = new Map<string, number>();
  const newStreams = new Map<string, number>();
  const movement: Movement = { total: 0, high: 0, low: 0 };

  const slotOf = (event: LogEvent, stream: string): number => {
    if (isOther(event)) return numberOf(stream);
    const prefix = isAccountEvent(event) ? streamPrefixes.account : streamPrefixes.cutoff;
    if (!stream.startsWith(prefix)) throw new Error(`${event.type} does not belong in ${stream}`);
    const slot = streams.slotIn(stream) ?? openings.get(stream.slice(prefix.length));
    if (slot !== undefined) return slot;
    if (event.type !== 'AccountOpened') throw new Error(`${event.type} comes before AccountOpened in ${stream}`);
    const opened = accounts.count() + openings.size;
    openings.set(event.data.accountId, opened);
    return opened;
  };

  const numberOf = (stream: string): number => {
    const known = others.numberOf(stream) ?? newStreams.get(stream);
    if (known !== undefined) return known;
    const number = others.count() + newStreams.size;
    newStreams.set(stream, number);
    return number;
  };

  const putMovement = (event: LogEvent, bytes: DataView, offset: number): void => {
    const isMoving = isAccountEvent(event) && movementOf(event, movement);
    const isSettling = isMoving && reservationIdOf(event) !== undefined;
    const total = (isMoving ? movement.total : 0) | (isSettling ? settling : 0);
    bytes.setUint16(offset + headerAt.total, total, true);
    bytes.setFloat64(offset + headerAt.high, isMoving ? movement.high : 0, true);
    bytes.setFloat64(offset + headerAt.low, isMoving ? movement.low : 0, true);
  };

  const putId = (event: LogEvent, bytes: DataView, offset: number): void => {
    const key = eventKey(event);
    if (key !== undefined) fingerprints.of(key.kind, key.owner, key.id);
    bytes.setUint32(offset + headerAt.idHigh, key === undefined ? 0 : fingerprints.high, true);
    bytes.setUint32(offset + headerAt.idLow, key === undefined ? 0 : fingerprints.low, true);
  };

  return {
    describe: (event, { stream }, { bytes, offset }) => {
      bytes.setUint8(offset + headerAt.typeCode, storedEvents.codeOf(event.type));
      bytes.setUint8(offset + headerAt.version, storedEvents.versionOf(event.type));
      bytes.setUint32(offset + headerAt.slot, slotOf(event, stream), true);
      putMovement(event, bytes, offset);
      putId(event, bytes, offset);
    },
    discard: () => {
      if (openings.size > 0) openings.clear();
      if (newStreams.size > 0) newStreams.clear();
    },
  };
};
