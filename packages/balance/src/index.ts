export { balanceOf, balanceTexts } from './account';
export type { Account, Totals } from './account';
export type {
  Authorization,
  CallRate,
  Expiry,
  Extending,
  Extension,
  Grant,
  Placement,
  Price,
  RefusalReason,
  Release,
  Releasing,
  Restoration,
  Settlement,
  Terms,
} from './authorization';
export { roundingModes } from './authorization';
export { isCallEvent } from './account-event';
export type { AccountEvent, AccountOpening, CallEvent, Metadata, Source } from './account-event';
export { happenedAt, isBefore } from './as-of';
export type { Moment } from './as-of';
export { blockedBy, directionBit, guarding, guardsOf, setOf } from './balance-set';
export type { BalanceSet, DirectionSet } from './balance-set';
export type { ClosedStatement, Figures, StatementClosing } from './closed-statement';
export { accountIdOf, recordKeyOf } from './command';
export type { Command, RecordCommand } from './command';
export { balances, callsKey, cutoffOf, settingOf, usualReservation } from './cutoff';
export type { Balance, CallsInProgress, Cutoff, CutoffSetting, MutualFormula, ReservationSetting } from './cutoff';
export { decide } from './decide';
export type { Decision, Known, Rejection } from './decide';
export { decideCall, ringingSeconds } from './decide-call';
export type { CallCommand, CallDecision, KnownCall, Refusal } from './decide-call';
export { directions } from './entry';
export type { Adjustment, Direction, EntryKind, Payment, RecordKind, Reversal, UnreadUsage, Usage } from './entry';
export { exhaustedAt } from './exhausted';
export { loweredBy } from './grant';
export type { Tariff } from './grant';
export { countHeld, nothingHeld, reservationAfter, reservationIdOf, settlementOf } from './reservation';
export type { Held, Reservation } from './reservation';
export { reducedBy, restorationOf } from './restoration';
export { ruleAfter, ruleOf } from './rule';
export type { Rule } from './rule';
export { isSameContent } from './same-content';
export { createStatementFold } from './statement-fold';
export type { StatementFold } from './statement-fold';
export { standingOf } from './standing';
export type { Standing } from './standing';
export { accountAt, movementOf, totalsBytes } from './totals';
export type { Movement } from './totals';
export { trafficAfter, verdictsOf } from './traffic';
export type { TrafficDecision, TrafficEvent, TrafficState, TrafficVerdict } from './traffic';
