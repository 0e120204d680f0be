import { storedEvents } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { RecordedGroup } from '@tollgate/event-store';
import { foldAcknowledgement } from './fold-acknowledgement';
import { foldEntry, foldOpening, foldReservation, foldRule, moveOn } from './fold-account';
import { foldDecision } from './fold-decision';
import { headerAt } from './fold-header';
import { foldOther } from './fold-other';
import { damaged } from './state';
import type { State } from './state';

/** Folds the event at `index` of a group, by its header; what no header holds is read from the event. */
type Fold = (state: State, group: RecordedGroup<LogEvent>, index: number) => void;

/** It moves nothing: what is known of it is under its ids. */
const foldStatement: Fold = (state, group, index) => void moveOn(state, group, index);

/** A new type of event breaks the build here. */
const folds: Record<LogEvent['type'], Fold> = {
  AccountOpened: foldOpening,
  CutoffChanged: foldRule,
  PaymentRecorded: foldEntry,
  UsageCharged: foldEntry,
  BalanceAdjusted: foldEntry,
  EntryReversed: foldEntry,
  ReservationPlaced: foldReservation,
  ReservationExtended: foldReservation,
  ReservationReleased: foldReservation,
  ReservationExpired: foldReservation,
  TrafficBlocked: foldDecision,
  TrafficUnblocked: foldDecision,
  MessageRejected: foldOther,
  InputLost: foldOther,
  CommandAcknowledged: foldAcknowledgement,
  SigningKeyChanged: foldOther,
  StatementClosed: foldStatement,
};

const byCode: { fold: Fold; version: number }[] = [];
for (const type of Object.keys(folds) as LogEvent['type'][])
  byCode[storedEvents.codeOf(type)] = { fold: folds[type], version: storedEvents.versionOf(type) };

/** Folds one event. Throws `UnknownEvent` for a type or version that another Tollgate wrote. */
export const foldEvent: Fold = (state, group, index) => {
  const { bytes } = group;
  const header = group.foldOffset(index);
  const known = byCode[bytes.getUint8(header + headerAt.typeCode)];
  if (known === undefined || bytes.getUint8(header + headerAt.version) > known.version)
    // Decoding it names it; where that does not throw, header and event disagree.
    throw damaged(group, index, 'has a header of a type or version that is not known');
  known.fold(state, group, index);
};
