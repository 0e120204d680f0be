import { storedEvents } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { RecordedGroup } from '@tollgate/event-store';
import { headerAt } from './fold-header';
import type { Fingerprints, IdIndex } from './ids';
import { furtherKey } from './record-key';

/** The types whose header has the fingerprint of what they count under. */
const hasId: Record<LogEvent['type'], boolean> = {
  AccountOpened: false,
  CutoffChanged: false,
  PaymentRecorded: true,
  UsageCharged: true,
  BalanceAdjusted: true,
  EntryReversed: true,
  ReservationPlaced: true,
  ReservationExtended: true,
  ReservationReleased: true,
  ReservationExpired: false,
  TrafficBlocked: false,
  TrafficUnblocked: false,
  MessageRejected: true,
  InputLost: true,
  CommandAcknowledged: true,
  SigningKeyChanged: false,
  StatementClosed: true,
};

const codesWithId: boolean[] = [];
for (const type of Object.keys(hasId) as LogEvent['type'][]) codesWithId[storedEvents.codeOf(type)] = hasId[type];
/** Of the types that are found under something else too. */
const codesOfTwo = [storedEvents.codeOf('EntryReversed'), storedEvents.codeOf('StatementClosed')];

export type Ids = { ids: IdIndex; fingerprints: Fingerprints };

/** Adds what the event at `index` of a group counts under, and what else it is found under. */
export const addIds = ({ ids, fingerprints }: Ids, group: RecordedGroup<LogEvent>, index: number): void => {
  const { bytes } = group;
  const header = group.foldOffset(index);
  const code = bytes.getUint8(header + headerAt.typeCode);
  if (codesWithId[code] !== true) return;
  const place = group.place(index);
  ids.add(bytes.getUint32(header + headerAt.idHigh, true), bytes.getUint32(header + headerAt.idLow, true), place);
  if (!codesOfTwo.includes(code)) return;
  const further = furtherKey(group.event(index));
  if (further === undefined) return;
  fingerprints.of(further.kind, further.owner, further.id);
  ids.add(fingerprints.high, fingerprints.low, place);
};
