import { crc32 } from 'node:zlib';
import { LogDamaged, noStream } from '@tollgate/event-store';
import type { EventBody } from '@tollgate/event-store';
import { createSimulatedDisk } from '@tollgate/folder/simulated';
import type { Folder } from '@tollgate/folder';
import type { FileEventLog } from './index';
import { openLog, payment, readAll, withLog } from './log-folder.fixture';
import { createMapIndex } from './map-index.fixture';

const segment = '0000000000000001.log';

const append = (log: FileEventLog<EventBody>, id: string, expectedRevision: number) =>
  log.append([
    { stream: 'account-a', expectedRevision, events: [payment(`${id}-0`), payment(`${id}-1`)] },
    { stream: `cutoff-${id}`, expectedRevision: noStream, events: [payment(`${id}-2`)] },
  ]);

const contentsOf = async (folder: Folder, name: string): Promise<Buffer> => {
  const file = await folder.open(name);
  const bytes = Buffer.alloc(file.sizeBytes());
  file.read(bytes, { offset: 0, length: bytes.length, position: 0 });
  return bytes;
};

/** Two groups, and the files as they were after each. */
const twoGroups = async () => {
  const folder = createSimulatedDisk().folder('log');
  const ends: number[] = [];
  await withLog(folder, async (log) => {
    await append(log, 'first', noStream);
    ends.push(log.sizeBytes());
    await append(log, 'second', 1);
    ends.push(log.sizeBytes());
  });
  const [endOfFirst = 0, end = 0] = ends;
  return { bytes: await contentsOf(folder, segment), note: await contentsOf(folder, 'acknowledged'), endOfFirst, end };
};

/** A folder with such a segment, and this note if any. */
const folderWith = async (bytes: Buffer, note?: Buffer): Promise<Folder> => {
  const folder = createSimulatedDisk().folder('log');
  await (await folder.open(segment, { isNew: true })).write(bytes, 0);
  if (note !== undefined) (await folder.open('acknowledged', { isNew: true })).note(note, 0);
  return folder;
};

const idsIn = async (log: FileEventLog<EventBody>) => (await readAll(log)).map(({ eventId }) => eventId);
const ofFirst = ['first-0', 'first-1', 'first-2'];
const ofBoth = [...ofFirst, 'second-0', 'second-1', 'second-2'];

const flipped = (bytes: Buffer, bit: number): Buffer => {
  const changed = Buffer.from(bytes);
  const byte = Math.floor(bit / 8);
  changed[byte] = (changed[byte] ?? 0) ^ (1 << (bit % 8));
  return changed;
};

describe('the last group', () => {
  test('cut anywhere is cut off with a warning, and the log goes on after the group before', async () => {
    const { bytes, endOfFirst, end } = await twoGroups();
    for (let length = endOfFirst + 1; length < end; length += 1) {
      const folder = await folderWith(bytes.subarray(0, length));
      const warnings: object[] = [];
      const onWarning = (_: string, facts: object) => warnings.push(facts);
      const log = await openLog(folder, { onWarning });
      // Zeros at the end may be room that was there before.
      const cutBytes = bytes.subarray(endOfFirst, length).findLastIndex((byte) => byte !== 0) + 1;
      expect(warnings).toEqual([{ file: `log/${segment}`, offset: endOfFirst, bytes: cutBytes, last: '3' }]);
      if (length % 5 > 0) {
        await log.close();
        continue;
      }
      expect(await append(log, 'second', 1)).toMatchObject([{ positions: [4n, 5n] }, { positions: [6n] }]);
      expect(await idsIn(log)).toEqual(ofBoth);
      await log.close();
      expect(await withLog(folder, idsIn)).toEqual(ofBoth);
    }
  });

  test('cut exactly before it leaves a whole log, without a warning', async () => {
    const { bytes, endOfFirst } = await twoGroups();
    const onWarning = jest.fn();
    expect(await withLog(await folderWith(bytes.subarray(0, endOfFirst)), idsIn, { onWarning })).toEqual(ofFirst);
    expect(onWarning).not.toHaveBeenCalled();
  });

  test('with any bit of it changed, or with zeros from any byte on, is cut off', async () => {
    const { bytes, endOfFirst, end } = await twoGroups();
    for (let byte = endOfFirst; byte < end; byte += 1) {
      const changed = flipped(bytes, byte * 8 + (byte % 8));
      expect(await withLog(await folderWith(changed), idsIn)).toEqual(ofFirst);
      const zeroed = Buffer.from(bytes).fill(0, byte);
      if (!zeroed.equals(bytes)) expect(await withLog(await folderWith(zeroed), idsIn)).toEqual(ofFirst);
    }
  });

  test('that is not whole is not cut off, and the log refused, where it was acknowledged', async () => {
    const { bytes, note, end } = await twoGroups();
    for (const length of [end - 1, end - 100]) {
      const folder = await folderWith(bytes.subarray(0, length), note);
      await expect(openLog(folder)).rejects.toThrow('ends at 3, though 6 was acknowledged');
      expect(await contentsOf(folder, segment)).toEqual(bytes.subarray(0, length));
    }
    await expect(openLog(await folderWith(bytes.subarray(0, end - 1), note))).rejects.toThrow(LogDamaged);
  });

  test('that is not whole is not cut off, and the log refused, where something is derived from it', async () => {
    const { bytes, end } = await twoGroups();
    const folder = await folderWith(bytes.subarray(0, end - 1));
    await expect(openLog(folder, { index: createMapIndex({ kept: 6 }) })).rejects.toThrow('knows 6 events, the log 3');
    expect(await contentsOf(folder, segment)).toEqual(bytes.subarray(0, end - 1));
  });

  test('is refused where another one was acknowledged in its place', async () => {
    const [one, other] = [await twoGroups(), await twoGroups()];
    await expect(openLog(await folderWith(one.bytes, other.note))).rejects.toThrow(
      'ends at 6 with other events than were acknowledged there',
    );
  });

  test('counts where the note of what was acknowledged is older, missing, or makes no sense', async () => {
    const { bytes, note } = await twoGroups();
    for (const given of [undefined, Buffer.alloc(0), Buffer.alloc(40), note.subarray(0, 20), flipped(note, 77)])
      expect(await withLog(await folderWith(bytes, given), idsIn)).toEqual(ofBoth);
  });
});

describe('damage before the last group', () => {
  test('is refused whichever bit of the group has changed, naming file, byte and position', async () => {
    const { bytes, endOfFirst } = await twoGroups();
    for (let byte = 512; byte < endOfFirst; byte += 1)
      await expect(openLog(await folderWith(flipped(bytes, byte * 8 + (byte % 8))))).rejects.toThrow(
        new LogDamaged(`log/${segment} is damaged at byte 512, from position 1 on; restore the log from a copy`),
      );
  });

  test('is refused whichever bit of the first line has changed', async () => {
    const { bytes } = await twoGroups();
    const { length } = bytes.subarray(0, 512).toString('utf8').trimEnd();
    for (let bit = 0; bit < length * 8; bit += 3)
      await expect(openLog(await folderWith(flipped(bytes, bit)))).rejects.toThrow(/log/);
  });

  test('is refused where a group is missing, stands twice, or is of another log', async () => {
    const { bytes, endOfFirst } = await twoGroups();
    const other = await twoGroups();
    const [start, first, second] = [
      bytes.subarray(0, 512),
      bytes.subarray(512, endOfFirst),
      bytes.subarray(endOfFirst),
    ];
    for (const parts of [
      [start, second],
      [start, first, first, second],
      [start, first, other.bytes.subarray(other.endOfFirst)],
      [start, first, Buffer.from('\n'), second],
    ])
      await expect(openLog(await folderWith(Buffer.concat(parts)))).rejects.toThrow(LogDamaged);
  });
});

/** The first line with a part replaced, and its checksum made right. */
const otherLine = (bytes: Buffer, from: string, to: string): Buffer => {
  const line = bytes.toString('utf8', 0, 512).trimEnd().replace(from, to);
  const unchecked = `${line.slice(0, line.lastIndexOf(',"crc":'))}}`;
  const checked = `${unchecked.slice(0, -1)},"crc":${String(crc32(unchecked))}}`;
  return Buffer.concat([Buffer.from(checked.padEnd(511)), Buffer.from('\n'), bytes.subarray(512)]);
};

test('a log of another format version is refused by its number', async () => {
  const { bytes } = await twoGroups();
  const later = otherLine(bytes, '"version":1', '"version":2');
  await expect(openLog(await folderWith(later))).rejects.toThrow(
    'was written in log format 2; this Tollgate reads format 1',
  );
});

test('a changed bit in the version of the format is damage: it used to be taken for another, or for none', async () => {
  const { bytes } = await twoGroups();
  for (const to of ['"version":3', '"versyon":1']) {
    const changed = Buffer.from(bytes.toString('latin1').replace('"version":1', to), 'latin1');
    await expect(openLog(await folderWith(changed))).rejects.toThrow(
      new LogDamaged(`the first line of log/${segment} is damaged; restore it from a copy`),
    );
  }
});

test('what is damaged names the position from which on: only its text used to', async () => {
  const { bytes, note, endOfFirst, end } = await twoGroups();
  const positionOf = async (log: Buffer, acknowledged?: Buffer): Promise<unknown> => {
    const error: unknown = await openLog(await folderWith(log, acknowledged)).catch((reason: unknown) => reason);
    return error instanceof LogDamaged ? error.position : error;
  };
  expect(await positionOf(flipped(bytes, 8 * 300))).toBe(1n);
  expect(await positionOf(flipped(bytes, 8 * (endOfFirst - 9)))).toBe(1n);
  expect(await positionOf(bytes.subarray(0, end - 1), note)).toBe(4n);
  expect(await positionOf(bytes, (await twoGroups()).note)).toBe(6n);
});
