export { openAccountTable } from './account-table';
export type { AccountTableOptions } from './account-table';
export { addBatch } from './add-batch';
export { faultOfAccount } from './fault-of-account';
export { createSearch, faultsOf, placesToRead } from './suspects';
export type { Fault, Suspect } from './suspects';
export type { Partner, TrafficStatus } from './partner';
export type { Acknowledged } from './acknowledged';
export {
  acknowledgementKey,
  authorizationKey,
  eventKey,
  extensionKey,
  lossKey,
  rejectionKey,
  releaseKey,
  reversedKey,
} from './record-key';
export type { RecordKey } from './record-key';
export type {
  AccountFacts,
  AccountTable,
  Blocked,
  HeldTotals,
  Page,
  PageRequest,
  PendingDecision,
  Unapplied,
} from './table';
