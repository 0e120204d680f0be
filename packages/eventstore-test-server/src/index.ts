export { startEventStoreServer, type EventStoreServer } from './server';
export type { Faults } from './faults';
