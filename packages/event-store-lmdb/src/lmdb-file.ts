import { join } from 'node:path';

/** `eventLog` is the folder with `log` in it. */
export const lmdbFileOf = (eventLog: string): string => join(eventLog, 'log', 'data.mdb');
