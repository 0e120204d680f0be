import * as fc from 'fast-check';
import { LogDamaged, noStream } from '@tollgate/event-store';
import type { EventBody, NewEvent, RecordedEvent } from '@tollgate/event-store';
import type { Folder } from '@tollgate/folder';
import { createSimulatedDisk } from '@tollgate/folder/simulated';
import { openFileLogReader } from './index';
import { withLog } from './log-folder.fixture';
import { codec, foldTextOf } from './map-index.fixture';

const json = fc.object().map((data) => JSON.parse(JSON.stringify(data)) as object);

type Appended = { stream: string; events: NewEvent<EventBody>[] };

const sources = [{ receivedAt: '2026-01-31T12:00:00.000Z' }, { receivedAt: 'é' }, {}];

const anyEvent: fc.Arbitrary<NewEvent<EventBody>> = fc.record({
  eventId: fc.string({ unit: 'grapheme', maxLength: 40 }),
  type: fc.string({ maxLength: 20 }),
  data: json,
  metadata: fc
    .tuple(fc.option(fc.constantFrom(...sources)), json)
    .map(([source, rest]) => ({ ...rest, ...(source === null ? {} : { source }) })),
});

/** More events than have one checksum, of streams with all kinds of names. */
const anyGroup: fc.Arbitrary<Appended[]> = fc.uniqueArray(
  fc.record({
    stream: fc.string({ unit: 'grapheme', maxLength: 70 }),
    events: fc.array(anyEvent, { minLength: 1, maxLength: 20 }),
  }),
  { selector: ({ stream }) => stream, minLength: 1, maxLength: 4 },
);

const recordedAt = '2026-02-28T00:00:00.000Z';

const written = async (group: Appended[]): Promise<Folder> => {
  const folder = createSimulatedDisk().folder('log');
  const appends = group.map((append) => ({ ...append, expectedRevision: noStream }));
  await withLog(folder, (log) => log.append(appends), { clock: () => new Date(recordedAt) });
  return folder;
};

const expected = (group: Appended[]): RecordedEvent<EventBody>[] =>
  group
    .flatMap(({ stream, events }) => events.map((event, revision) => ({ ...event, stream, revision, recordedAt })))
    .map((event, index) => ({ ...event, position: BigInt(index + 1) }));

const readGroups = async (folder: Folder): Promise<RecordedEvent<EventBody>[]> => {
  const reader = await openFileLogReader(folder, { codec });
  const events: RecordedEvent<EventBody>[] = [];
  for await (const group of reader.groups())
    for (let index = 0; index < group.count; index += 1) {
      const event = group.event(index);
      const fold = Buffer.from(group.bytes.buffer, group.bytes.byteOffset + group.foldOffset(index), 32);
      expect(fold.toString('latin1')).toBe(foldTextOf(event, event.stream, event.revision));
      expect(group.place(index)).toBe(Number(event.position));
      events.push(event);
    }
  return events;
};

describe('a group of the log', () => {
  test('reads as the events it was made of, with what the index said of each', async () => {
    await fc.assert(
      fc.asyncProperty(anyGroup, async (group) => {
        expect(await readGroups(await written(group))).toEqual(expected(group));
      }),
    );
  });

  test('lies in the file as lines of JSON, each event with its stream and revision, nothing else between', async () => {
    await fc.assert(
      fc.asyncProperty(anyGroup, async (group) => {
        const reader = await openFileLogReader(await written(group), { codec });
        for await (const stored of reader.groups()) {
          const lines = Array.from({ length: stored.count }, (_, index) => stored.lineText(index));
          expect(lines.every((line) => !line.includes('\n'))).toBe(true);
          const total = lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
          expect(lines.map((_, index) => stored.lineBytes(index)).reduce((sum, one) => sum + one, 0)).toBe(total);
          expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject(
            expected(group).map(({ stream, revision, eventId, type, data }) => ({
              ...{ stream, revision, eventId, type, version: 1, data },
            })),
          );
          expect(stored.groupLine().recordedAt).toBe(recordedAt);
        }
      }),
    );
  });

  test('is not read whichever one of its bits has changed', async () => {
    await fc.assert(
      fc.asyncProperty(anyGroup, fc.nat(), async (group, bit) => {
        const folder = await written([...group, { stream: 'last one of the first group', events: [lastEvent] }]);
        await withLog(folder, (log) =>
          log.append([{ stream: 'next', expectedRevision: noStream, events: [lastEvent] }]),
        );
        const whole = await readGroups(folder);
        const file = await folder.open('0000000000000001.log');
        const bytes = Buffer.alloc(file.sizeBytes());
        file.read(bytes, { offset: 0, length: bytes.length, position: 0 });
        const place = 512 + (Math.floor(bit / 8) % (bytes.length - 512));
        bytes[place] = (bytes[place] ?? 0) ^ (1 << (bit % 8));
        await file.write(bytes, 0);
        const read = await readGroups(folder).catch((error: unknown) => error);
        // A changed bit of the last group cannot be told from a write that was cut short.
        if (read instanceof LogDamaged) return;
        expect(read).toEqual(whole.slice(0, -1));
      }),
    );
  });
});

const lastEvent: NewEvent<EventBody> = { eventId: 'last', type: 'Noted', data: {}, metadata: {} };
