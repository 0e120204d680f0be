import { LogDamaged } from '@tollgate/event-store';
import type { EventBody, NewEvent } from '@tollgate/event-store';
import type { StoredEvent } from './event-codec';

/** How the lines of one stream begin. */
export const beginningOf = (stream: string): string => `{"stream":${JSON.stringify(stream)},"revision":`;

/** How an event's line names its type: the same for all of a type, so it is made once. */
export const typeText = (type: string, version: number): string =>
  `,"type":${JSON.stringify(type)},"version":${String(version)}`;

/** The line of an event, with its end. `source` is the place of its source in the group's line, -1 if it has none. */
export const lineOf = <Body extends EventBody>(
  event: NewEvent<Body>,
  source: number,
  texts: { beginning: string; revision: number; type: string },
): string => {
  const sourceText = source < 0 ? '' : ',"source":' + String(source);
  return (
    texts.beginning +
    String(texts.revision) +
    ',"eventId":' +
    JSON.stringify(event.eventId) +
    texts.type +
    sourceText +
    metadataText(event.metadata) +
    ',"data":' +
    JSON.stringify(event.data) +
    '}\n'
  );
};

/** What is left of it besides the source, which is rarely more than a number. */
const metadataText = (metadata: object): string => {
  let text = '';
  for (const key in metadata) {
    if (key === 'source') continue;
    const value = JSON.stringify((metadata as Record<string, unknown>)[key]) as string | undefined;
    if (value !== undefined) text += (text === '' ? '' : ',') + JSON.stringify(key) + ':' + value;
  }
  return text === '' ? '' : ',"metadata":{' + text + '}';
};

export type EventLine = StoredEvent & { stream: string; revision: number; eventId: string };

type Parsed = Omit<EventLine, 'metadata'> & { source?: number; metadata?: object };

/** What a line says. `sources` are those of its group. */
export const parseLine = (text: string, sources: readonly object[]): EventLine => {
  const { source, metadata = {}, ...line } = JSON.parse(text) as Parsed;
  if (source === undefined) return { ...line, metadata };
  const known = sources[source];
  if (known === undefined) throw new LogDamaged(`event ${line.eventId} names a source that its group does not have`);
  return { ...line, metadata: { source: known, ...metadata } };
};

export type GroupLine = { recordedAt: string; sources: readonly object[] };

export const groupLineOf = ({ recordedAt, sources }: GroupLine): string =>
  `${JSON.stringify({ recordedAt, sources })}\n`;

export const parseGroupLine = (text: string): GroupLine => JSON.parse(text) as GroupLine;
