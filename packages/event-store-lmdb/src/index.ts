export { lmdbFileOf } from './lmdb-file';
export type { LmdbLog } from './lmdb-log';
export { openLmdbLog } from './open-lmdb-log';
export { OldFolderInUse, lockLmdbLog, readRelayPosition } from './level';
