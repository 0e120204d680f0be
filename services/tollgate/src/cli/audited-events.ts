import { createReadStream } from 'node:fs';
import { logLine } from '@tollgate/contracts';
import { linesOf } from '@tollgate/verify';
import type { LogSource } from './log-source';

/** Lines of an export, from a file. Node's own reader of lines takes other characters for their ends too. */
export const exportedEvents = async function* (path: string): AsyncGenerator<string> {
  for await (const line of linesOf(createReadStream(path))) yield line.toString();
};

/** Lines as an export of the log would have them. */
export const loggedEvents = async function* (source: LogSource): AsyncGenerator<string> {
  for await (const events of source.recorded('')) for (const event of events) yield logLine(event);
};
