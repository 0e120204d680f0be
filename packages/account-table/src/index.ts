export { openAccountTable } from './account-table';
export type { AccountTableOptions } from './account-table';
export { addBatch } from './add-batch';
export { createClosedStatements } from './closed-statements';
export type { ClosedStatements } from './closed-statements';
export { AheadOfLog } from './snapshot';
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
  furtherKey,
  lossKey,
  rejectionKey,
  releaseKey,
  reversedKey,
  statementKey,
  statementNumberKey,
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
