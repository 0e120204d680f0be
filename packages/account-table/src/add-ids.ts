import { storedEvents } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { RecordedGroup } from '@tollgate/event-store';
import { headerAt } from './fold-header';
import type { Fingerprints, IdIndex } from './ids';
import { reversedKey } from './record-key';

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
};

const codesWithId: boolean[] = [];
for (const type of Object.keys(hasId) as LogEvent['type'][]) codesWithId[storedEvents.codeOf(type)] = hasId[type];
const reversalCode = storedEvents.codeOf('EntryReversed');

export type Ids = { ids: IdIndex; fingerprints: Fingerprints };

/** Adds what the event at `index` of a group counts under, and of a reversal what is found under the entry it names. */
export const addIds = ({ ids, fingerprints }: Ids, group: RecordedGroup<LogEvent>, index: number): void => {
  const { bytes } = group;
  const header = group.foldOffset(index);
  const code = bytes.getUint8(header + headerAt.typeCode);
  if (codesWithId[code] !== true) return;
  const place = group.place(index);
  ids.add(bytes.getUint32(header + headerAt.idHigh, true), bytes.getUint32(header + headerAt.idLow, true), place);
  if (code !== reversalCode) return;
  const event = group.event(index);
  if (event.type !== 'EntryReversed') return;
  const { kind, owner, id } = reversedKey(event.data);
  fingerprints.of(kind, owner, id);
  ids.add(fingerprints.high, fingerprints.low, place);
};
