export { readConnectionString } from './connection-string';
export { openEsdbEventLog } from './esdb-event-log';
export type { EsdbEventLog, EsdbEventLogOptions } from './esdb-event-log';
export { ForeignLedger } from './ledger';
export { createStoreNames } from './store-names';
