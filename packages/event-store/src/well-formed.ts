import type { EventBody, StreamAppend } from './event-log';

/** Throws on what no caller may ask of any log. */
export const requireWellFormed = (appends: readonly StreamAppend<EventBody>[]): void => {
  for (const { stream, events } of appends)
    if (events.length === 0) throw new Error(`an append gives ${stream} no event`);
  if (appends.length > 1 && new Set(appends.map(({ stream }) => stream)).size < appends.length)
    throw new Error('an append names a stream twice');
};
