export { LogDamaged, LogUnavailable, SubscriptionDropped, noStream } from './event-log';
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
