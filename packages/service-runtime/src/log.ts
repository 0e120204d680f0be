import { pino } from 'pino';
import type { logLevels } from './log-levels';

type Write = (fields: object, message: string) => void;

/** What a part of Tollgate needs of a logger; pino's is one. */
export type Log = { debug: Write; info: Write; warn: Write; error: Write };

/** Lines of JSON on standard error, which leaves standard output to results. */
export const createLog = (level: (typeof logLevels)[number]): Log =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.destination({ fd: 2, sync: true }),
  );
