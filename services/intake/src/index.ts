export { addIntakeRoutes } from './http-routes';
export { createMessageHandler } from './kafka-intake';
export { rejectedMessageKey, startRejectedRelay } from './rejected-relay';
export { openLedger } from './ledger';
export type { Ledger } from './ledger';
