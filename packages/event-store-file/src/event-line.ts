import type { EventBody, NewEvent } from '@tollgate/event-store';
import type { JsonBytes } from './json-bytes';

/** How an event's line names its type: the same for all of a type, so it is made once. */
export const typeText = (type: string, version: number): string =>
  `,"type":${JSON.stringify(type)},"version":${String(version)}`;

type Line = Pick<JsonBytes, 'text' | 'ascii' | 'json'>;

/** Writes the line of an event, without its end. `source` is the place of its source in the group's line, -1 if it has none. */
export const writeLine = <Body extends EventBody>(
  line: Line,
  event: NewEvent<Body>,
  about: { stream: string; revision: number; type: string; source: number },
): void => {
  const { eventId, metadata, unread } = event;
  line.text('{"stream":');
  line.json(about.stream);
  line.text(',"revision":');
  line.text(String(about.revision));
  line.text(',"eventId":');
  line.json(eventId);
  line.text(about.type);
  if (about.source >= 0) {
    line.text(',"source":');
    line.text(String(about.source));
  }
  writeMetadata(line, metadata);
  if (unread === undefined) {
    line.text(',"data":');
    line.json(event.data);
    line.text('}');
  } else {
    line.text(',"data":{');
    line.ascii(unread.text);
    line.text('}}');
  }
};

/** What is left of it besides the source, which is rarely more than a number. */
const writeMetadata = (line: Line, metadata: object): void => {
  let isEmpty = true;
  for (const key in metadata) {
    const value = (metadata as Record<string, unknown>)[key];
    if (key === 'source' || value === undefined) continue;
    line.text(isEmpty ? ',"metadata":{' : ',');
    isEmpty = false;
    line.json(key);
    line.text(':');
    line.json(value);
  }
  if (!isEmpty) line.text('}');
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

/** Absent for a text that is no event's line. */
export const parseLine = (text: string): EventLine | undefined => {
  const line = objectIn(text) as EventLine | undefined;
  return line !== undefined && isObject(line.data) ? line : undefined;
};

const objectIn = (text: string): object | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** A line taken apart without reading it as JSON, of which its `data` are most. */
export type LineParts = {
  /** Stream, revision and event id: the beginning of the line, without a comma. */
  place: string;
  eventId: string;
  type: string;
  version: number;
  /** Place of the source in the group's line, -1 if it has none. */
  source: number;
  metadata: object | undefined;
  /** As JSON. */
  data: string;
};

const idChars = 36;

/** Absent for a line that is not as `writeLine` makes them. No text in it can look like a name: its quotes are escaped. */
export const takeLine = (text: string): LineParts | undefined => {
  const typeAt = text.indexOf(',"type":"');
  const versionAt = text.indexOf('","version":', typeAt);
  const dataAt = text.indexOf(',"data":', versionAt);
  if (typeAt < 0 || versionAt < 0 || dataAt < 0) return undefined;
  const about = aboutIn(text, versionAt + '","version":'.length, dataAt);
  return (
    about && {
      place: text.slice(0, typeAt),
      eventId: text.slice(typeAt - 1 - idChars, typeAt - 1),
      type: text.slice(typeAt + ',"type":"'.length, versionAt),
      version: about.version,
      source: about.source ?? -1,
      metadata: about.metadata,
      data: text.slice(dataAt + ',"data":'.length, -1),
    }
  );
};

type About = { version: number; source?: number; metadata?: object };

/** What stands between type and data. Most often that is a version and a source below ten, which is then told in no time. */
const aboutIn = (text: string, from: number, to: number): About | undefined => {
  const isPlain = to - from === 1 + ',"source":0'.length && text.startsWith(',"source":', from + 1);
  if (isPlain) return { version: digitAt(text, from), source: digitAt(text, to - 1) };
  try {
    return JSON.parse(`{"version":${text.slice(from, to)}}`) as About;
  } catch {
    return undefined;
  }
};

const digitAt = (text: string, at: number): number => text.charCodeAt(at) - 0x30;

/** As the event had it; absent where the group does not have the source that the line names. */
export const metadataOf = (line: EventLine, sources: readonly object[]): object | undefined => {
  if (line.source === undefined) return line.metadata ?? {};
  const source = sources[line.source];
  if (source === undefined) return undefined;
  return line.metadata === undefined ? { source } : { source, ...line.metadata };
};

export type GroupLine = { recordedAt: string; sources: readonly object[] };

export const groupLineOf = ({ recordedAt, sources }: GroupLine): string =>
  `${JSON.stringify({ recordedAt, sources })}\n`;

/** Absent for a text that is no group's line. */
export const parseGroupLine = (text: string): GroupLine | undefined => {
  const line = objectIn(text) as GroupLine | undefined;
  return line !== undefined && Array.isArray(line.sources) && typeof line.recordedAt === 'string' ? line : undefined;
};
