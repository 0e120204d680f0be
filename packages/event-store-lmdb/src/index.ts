export { openLmdbEventLog } from './lmdb-event-log';
export type { LmdbEventLog } from './lmdb-event-log';
