import { LogDamaged } from '@tollgate/event-store';
import type { EventBody, NewEvent } from '@tollgate/event-store';

/** How the lines of one stream begin. */
export const beginningOf = (stream: string): string => `{"stream":${JSON.stringify(stream)},"revision":`;

/** How an event's line names its type: the same for all of a type, so it is made once. */
export const typeText = (type: string, version: number): string =>
  `,"type":${JSON.stringify(type)},"version":${String(version)}`;

/** The line of an event, with its end. `source` is the place of its source in the group's line, -1 if it has none. */
export const lineOf = <Body extends EventBody>(
  event: NewEvent<Body>,
  source: number,
  texts: { beginning: string; revision: number; type: string; data: string },
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
    texts.data +
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

/** What a line says; `source` is the place of its source in the group's line. */
export type EventLine = {
  stream: string;
  revision: number;
  eventId: string;
  type: string;
  version: number;
  source?: number;
  metadata?: object;
  data: object;
};

export const parseLine = (text: string): EventLine => JSON.parse(text) as EventLine;

/** As the event had it. Throws where the group has no such source. */
export const metadataOf = (line: EventLine, sources: readonly object[]): object => {
  if (line.source === undefined) return line.metadata ?? {};
  const source = sources[line.source];
  if (source === undefined) throw new LogDamaged(`event ${line.eventId} names a source that its group does not have`);
  return line.metadata === undefined ? { source } : { source, ...line.metadata };
};

export type GroupLine = { recordedAt: string; sources: readonly object[] };

export const groupLineOf = ({ recordedAt, sources }: GroupLine): string =>
  `${JSON.stringify({ recordedAt, sources })}\n`;

export const parseGroupLine = (text: string): GroupLine => JSON.parse(text) as GroupLine;
