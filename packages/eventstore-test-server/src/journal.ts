import { closeSync, existsSync, mkdirSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordedEvent } from './log/recorded-event';

/** A folder's events: a line of JSON an append, so that an append is there wholly or not at all. A process may be killed at any time. */
export type Journal = {
  recorded: RecordedEvent[];
  record: (events: RecordedEvent[]) => void;
  close: () => void;
};

type Line = { stream: string; first: string; createdMs: number; events: LineEvent[] };
type LineEvent = { id: string; type: string; isJson: boolean; position: string; data: string; metadata: string };

export const openJournal = (folder: string): Journal => {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'events.ndjson');
  const recorded = existsSync(path) ? readWhole(path) : [];
  const file = openSync(path, 'a');
  return {
    recorded,
    record: (events) => {
      if (events.length > 0) writeSync(file, `${JSON.stringify(toLine(events))}\n`);
    },
    close: () => closeSync(file),
  };
};

/** A half line at the end was never acknowledged. */
const readWhole = (path: string): RecordedEvent[] => {
  const bytes = readFileSync(path);
  const end = bytes.lastIndexOf('\n') + 1;
  if (end < bytes.length) truncateSync(path, end);
  const events: RecordedEvent[] = [];
  for (let from = 0; from < end;) {
    const to = bytes.indexOf('\n', from);
    events.push(...fromLine(JSON.parse(bytes.toString('utf8', from, to)) as Line));
    from = to + 1;
  }
  return events;
};

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

const toLine = (events: RecordedEvent[]): Line => {
  const [{ stream, revision, createdMs }] = events as [RecordedEvent];
  return {
    stream,
    first: `${revision}`,
    createdMs,
    events: events.map(({ id, type, isJson, position, data, metadata }) => {
      return { id, type, isJson, position: `${position}`, data: base64(data), metadata: base64(metadata) };
    }),
  };
};

const fromLine = ({ stream, first, createdMs, events }: Line): RecordedEvent[] =>
  events.map(({ position, data, metadata, ...event }, index) => ({
    ...event,
    stream,
    revision: BigInt(first) + BigInt(index),
    position: BigInt(position),
    createdMs,
    data: Buffer.from(data, 'base64'),
    metadata: Buffer.from(metadata, 'base64'),
  }));
