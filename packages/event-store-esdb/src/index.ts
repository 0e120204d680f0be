export { setAccessList } from './access-list';
export type { AccessList } from './access-list';
export { openEsdbCopy } from './esdb-copy';
export type { EsdbCopy } from './esdb-copy';
export { openEsdbEventLog } from './esdb-event-log';
export type { EsdbEventLog, EsdbEventLogOptions, StoredPlace } from './esdb-event-log';
export { ForeignLedger, NoLedger } from './ledger';
