import { createSimulatedDisk } from '@tollgate/folder/simulated';
import type { Folder } from '@tollgate/folder';
import { takeLine, writeLine, typeText } from './event-line';
import { createJsonBytes } from './json-bytes';
import type { FileEventLog } from './index';
import type { EventBody } from '@tollgate/event-store';
import { openLog, payment } from './log-folder.fixture';
import { codec } from './map-index.fixture';
import { openStoredGroups } from './stored-groups';
import type { StoredGroups } from './stored-groups';

const id = (revision: number): string => `00000000-0000-4000-8000-${String(revision).padStart(12, '0')}`;

const append = async (log: FileEventLog<EventBody>, from: number, count: number): Promise<number> => {
  const events = Array.from({ length: count }, (_, index) => payment(id(from + index)));
  await log.append([{ stream: 'account-a', expectedRevision: from - 1, events }]);
  return Number(await log.lastPosition());
};

const idsBetween = async (stored: StoredGroups<EventBody>, place: number, last: number): Promise<unknown[]> => {
  const ids: unknown[] = [];
  for await (const group of stored.between(place, last))
    for (let index = 0; index < group.count; index += 1)
      if (group.place(index) > place) ids.push(takeLine(group.lineText(index))?.eventId);
  return ids;
};
const ids = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, index) => id(from + index));

const openBoth = async (): Promise<{ folder: Folder; log: FileEventLog<EventBody> }> => {
  const folder = createSimulatedDisk().folder('log');
  return { folder, log: await openLog(folder, { segmentBytes: 2_000 }) };
};

test('gives what was appended since, over as many segments as were begun meanwhile', async () => {
  const { folder, log } = await openBoth();
  const stored = openStoredGroups(folder, codec);
  for (let first = 0; first < 60; first += 3) {
    const last = await append(log, first, 3);
    expect(await idsBetween(stored, last - 3, last)).toEqual(ids(first, first + 3));
  }
  expect(folder.names().length).toBeGreaterThan(4);
  expect(await idsBetween(stored, 0, 60)).toEqual(ids(0, 60));
  expect(await idsBetween(stored, 60, 60)).toEqual([]);
});

test('gives what follows a place in the middle of a group, and nothing of what is not said to be durable', async () => {
  const { folder, log } = await openBoth();
  await append(log, 0, 5);
  await append(log, 5, 5);
  const stored = openStoredGroups(folder, codec);
  expect(await idsBetween(stored, 2, 5)).toEqual(ids(2, 5));
  expect(await idsBetween(stored, 7, 10)).toEqual(ids(7, 10));
});

test.each([
  [{ revision: 3, source: 0 }, { offset: '1' }],
  [{ revision: 10, source: 12 }, {}],
  [{ revision: 0, source: -1 }, { reversed: { direction: 'inbound', amount: '1', note: ',"data":{' } }],
])('a line is taken apart into what it was made of: %j %j', (about, metadata) => {
  const bytes = createJsonBytes();
  const data = { name: 'a","type":"b,"data":{', nested: { type: 'x', data: { version: 1 } } };
  const event = { eventId: id(1), type: 'PaymentRecorded', data, metadata };
  writeLine(bytes, event, { ...about, stream: 'account-a', type: typeText('PaymentRecorded', 1) });
  const taken = takeLine(Buffer.from(bytes.bytes()).toString());
  const hasMetadata = Object.keys(metadata).length > 0;
  expect(taken).toEqual({
    place: `{"stream":"account-a","revision":${String(about.revision)},"eventId":"${id(1)}"`,
    ...{ eventId: id(1), type: 'PaymentRecorded', version: 1, source: about.source },
    metadata: hasMetadata ? metadata : undefined,
    data: JSON.stringify(data),
  });
});

test.each(['', '{}', '{"type":"a"}', '{"a":1,"type":"x","version":{,"data":{}}'])('%j is no line', (text) => {
  expect(takeLine(text)).toBeUndefined();
});
