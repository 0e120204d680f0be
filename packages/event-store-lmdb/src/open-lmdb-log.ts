import type { LmdbLog } from './lmdb-log';

/** `eventLog` is the folder with `log` in it. Throws `LogDamaged` if what is there is no whole log. Only here lmdb is loaded. */
export const openLmdbLog = async (eventLog: string): Promise<LmdbLog> =>
  (await import('./lmdb-log.js')).openLmdbLog(eventLog);
