export { startEventStoreProcess, type EventStoreProcess } from './process';
export { startEventStoreServer, type EventStoreServer } from './server';
export type { Faults } from './faults';
