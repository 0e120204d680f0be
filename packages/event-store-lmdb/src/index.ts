export { lmdbFileOf, openLmdbLog } from './lmdb-log';
export type { LmdbLog } from './lmdb-log';
export { OldFolderInUse, lockLmdbLog, readRelayPosition } from './level';
