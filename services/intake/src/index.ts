export { addCallRoutes } from './call-routes';
export { addIntakeRoutes } from './http-routes';
export { createMessageHandler } from './kafka-intake';
export { rejectedMessageKey, startRejectedRelay } from './rejected-relay';
export { openLostInput } from './lost-input';
export type { Gaps, LostInput } from './lost-input';
export { startReservationClock } from './reservation-clock';
export { openLedger } from './ledger';
export type { Ledger } from './ledger';
