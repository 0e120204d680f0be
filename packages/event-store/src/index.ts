export { ledgerOf } from './ledger-of';
export { newEvent } from './new-event';
export { foldBytes } from './log-index';
export type { LogIndex, Place, RecordedGroup, StreamHead } from './log-index';
export type { EventCodec, StoredEvent } from './event-codec';
export { requireWellFormed } from './well-formed';
export { LogDamaged, LogUnavailable, LogUnreadable, SubscriptionDropped, mostEventBytes, noStream } from './event-log';
export type {
  AppendResult,
  EventBatch,
  EventBody,
  EventLog,
  NewEvent,
  Position,
  RecordedEvent,
  StreamAppend,
  Subscription,
} from './event-log';
