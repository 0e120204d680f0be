import { LogDamaged, noStream } from '@tollgate/event-store';
import type { EventBody } from '@tollgate/event-store';
import type { Folder } from '@tollgate/folder';
import { createSimulatedDisk } from '@tollgate/folder/simulated';
import { openFileLogReader } from './index';
import type { FileEventLog } from './index';
import { openLog, payment } from './log-folder.fixture';
import { codec } from './map-index.fixture';

const append = (log: FileEventLog<EventBody>, turn: number) =>
  log.append([
    { stream: 'account-a', expectedRevision: turn - 1, events: [payment(`a.${String(turn)}`)] },
    { stream: `account-b${String(turn)}`, expectedRevision: noStream, events: [payment(`b.${String(turn)}`)] },
  ]);

const textsOf = async (folder: Folder): Promise<{ end: number; ids: string[] }> => {
  const reader = await openFileLogReader(folder, { codec });
  const ids: string[] = [];
  for await (const group of reader.groups())
    for (let index = 0; index < group.count; index += 1)
      ids.push((JSON.parse(group.lineText(index)) as { eventId: string }).eventId);
  reader.close();
  return { end: reader.end, ids };
};

const idsUpTo = (turns: number): string[] =>
  Array.from({ length: turns }, (_, turn) => [`a.${String(turn)}`, `b.${String(turn)}`]).flat();

/** The note of what was acknowledged, as bytes. */
const noteOf = async (folder: Folder) => {
  const file = await folder.open('acknowledged');
  return {
    read: (): Buffer => {
      const bytes = Buffer.alloc(file.sizeBytes());
      file.read(bytes, { offset: 0, length: bytes.length, position: 0 });
      return bytes;
    },
    write: (bytes: Buffer): void => {
      file.note(bytes, 0);
    },
  };
};

describe('a reader beside the process that writes', () => {
  test('reads what is recorded when it is opened, over all segments, and changes nothing', async () => {
    const disk = createSimulatedDisk();
    const log = await openLog(disk.folder('log'), { segmentBytes: 2_000 });
    for (let turn = 0; turn < 30; turn += 1) {
      await append(log, turn);
      const before = disk.folder('log').names();
      expect(await textsOf(disk.folder('log'))).toEqual({ end: 2 * turn + 2, ids: idsUpTo(turn + 1) });
      expect(disk.folder('log').names()).toEqual(before);
    }
  });

  test('leaves out a write that is under way, however much of it there is', async () => {
    const disk = createSimulatedDisk();
    const log = await openLog(disk.folder('log'));
    await append(log, 0);
    const end = log.sizeBytes();
    const note = await noteOf(disk.folder('log'));
    const before = note.read();
    await append(log, 1);
    const size = log.sizeBytes();
    await log.close();
    note.write(before);
    const file = await disk.folder('log').open('0000000000000001.log');
    for (let length = size - 1; length >= end; length -= 11) {
      await file.truncate(length);
      expect(await textsOf(disk.folder('log'))).toEqual({ end: 2, ids: idsUpTo(1) });
      expect(file.sizeBytes()).toBe(length);
    }
  });

  test.each([
    ['cut short', (bytes: Buffer) => bytes.subarray(0, -9), /ends at 2, though 4 was acknowledged/],
    ['without any event', (bytes: Buffer) => bytes.subarray(0, 512), /ends at 0, though 4 was acknowledged/],
    [
      'with a bit changed in its last group',
      (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -9), Buffer.of((bytes.at(-9) ?? 0) ^ 1), bytes.subarray(-8)]),
      /ends at 2, though 4 was acknowledged/,
    ],
  ])('refuses a log %s: it used to be taken for whole', async (_what, change, words) => {
    const disk = createSimulatedDisk();
    const log = await openLog(disk.folder('log'));
    await append(log, 0);
    await append(log, 1);
    await log.close();
    const file = await disk.folder('log').open('0000000000000001.log');
    const bytes = Buffer.alloc(file.sizeBytes());
    file.read(bytes, { offset: 0, length: bytes.length, position: 0 });
    const changed = change(bytes);
    await file.write(changed, 0);
    await file.truncate(changed.length);
    await expect(textsOf(disk.folder('log'))).rejects.toThrow(words);
    await expect(textsOf(disk.folder('log'))).rejects.toBeInstanceOf(LogDamaged);
  });

  test('waits for a group that it sees until it is noted as durable; where nobody notes it, it counts', async () => {
    const disk = createSimulatedDisk();
    const log = await openLog(disk.folder('log'));
    await append(log, 0);
    const note = await disk.folder('log').open('acknowledged');
    const older = Buffer.alloc(note.sizeBytes());
    note.read(older, { offset: 0, length: older.length, position: 0 });
    await append(log, 1);
    const newer = Buffer.alloc(note.sizeBytes());
    note.read(newer, { offset: 0, length: newer.length, position: 0 });
    note.note(older, 0);
    let isRead = false;
    const reading = textsOf(disk.folder('log')).finally(() => (isRead = true));
    for (let turns = 0; turns < 20; turns += 1) await new Promise(setImmediate);
    expect(isRead).toBe(false);
    note.note(newer, 0);
    expect(await reading).toEqual({ end: 4, ids: idsUpTo(2) });
    note.note(older, 0);
    expect(await textsOf(disk.folder('log'))).toEqual({ end: 4, ids: idsUpTo(2) });
  });

  test('knows the log by its id and seed, and names a folder that has none', async () => {
    const disk = createSimulatedDisk();
    await expect(openFileLogReader(disk.folder('log'), { codec })).rejects.toThrow('there is no log in log');
    const log = await openLog(disk.folder('log'));
    const reader = await openFileLogReader(disk.folder('log'), { codec });
    expect([reader.ledger, reader.seed, reader.end]).toEqual([log.ledger, log.seed, 0]);
  });

  test('ends with what is wrong where a line is not what was written, though its headers are', async () => {
    const disk = createSimulatedDisk();
    const log = await openLog(disk.folder('log'), { segmentBytes: 2_000 });
    for (let turn = 0; turn < 30; turn += 1) await append(log, turn);
    const file = await disk.folder('log').open('0000000000000001.log');
    const bytes = Buffer.alloc(file.sizeBytes());
    file.read(bytes, { offset: 0, length: bytes.length, position: 0 });
    const place = bytes.indexOf('"eventId":"a.1"');
    await file.write(Buffer.from('"eventId":"a.2"'), place);
    await expect(textsOf(disk.folder('log'))).rejects.toThrow(LogDamaged);
    await expect(textsOf(disk.folder('log'))).rejects.toThrow('the event at position 3 is damaged');
    await expect(log.read(3n)).rejects.toThrow('the event at position 3 is damaged');
    expect((await log.read(5n))?.eventId).toBe('a.2');
  });
});
