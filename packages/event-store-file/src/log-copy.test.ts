import { LogDamaged, noStream } from '@tollgate/event-store';
import type { EventBody } from '@tollgate/event-store';
import type { Folder } from '@tollgate/folder';
import { createSimulatedDisk } from '@tollgate/folder/simulated';
import type { SimulatedDisk } from '@tollgate/folder/simulated';
import { CopyRefused, copyLog, openFileLogReader } from './index';
import type { FileEventLog, LogCopy } from './index';
import { openLog, payment } from './log-folder.fixture';
import { codec } from './map-index.fixture';

const segmentBytes = 2_000;
const firstSegment = '0000000000000001.log';

/** A log of many segments on a disk of its own, and a way to make it longer. */
const createSource = async () => {
  const disk = createSimulatedDisk();
  const folder = disk.folder('log');
  const log = await openLog(folder, { segmentBytes });
  let turns = 0;
  const append = async (count: number): Promise<void> => {
    for (let left = count; left > 0; left -= 1) await appendOne(log, turns++);
  };
  return { folder, log, append, ids: () => idsUpTo(turns) };
};

const appendOne = (log: FileEventLog<EventBody>, turn: number) =>
  log.append([
    { stream: 'account-a', expectedRevision: turn - 1, events: [payment(`a.${String(turn)}`)] },
    { stream: `account-b${String(turn)}`, expectedRevision: noStream, events: [payment(`b.${String(turn)}`)] },
  ]);

const idsUpTo = (turns: number): string[] =>
  Array.from({ length: turns }, (_, turn) => [`a.${String(turn)}`, `b.${String(turn)}`]).flat();

const idsIn = async (folder: Folder): Promise<string[]> => {
  const reader = await openFileLogReader(folder, { codec });
  const ids: string[] = [];
  for await (const group of reader.groups())
    for (let index = 0; index < group.count; index += 1)
      ids.push((JSON.parse(group.lineText(index)) as { eventId: string }).eventId);
  reader.close();
  return ids;
};

const contentsOf = async (folder: Folder): Promise<Record<string, string>> => {
  const contents: Record<string, string> = {};
  for (const name of folder.names()) {
    const file = await folder.open(name);
    const bytes = Buffer.alloc(file.sizeBytes());
    file.read(bytes, { offset: 0, length: bytes.length, position: 0 });
    contents[name] = bytes.toString('latin1');
  }
  return contents;
};

const isSegment = (name: string): boolean => name.endsWith('.log');

const segmentsOf = async (folder: Folder): Promise<Record<string, string>> =>
  Object.fromEntries(Object.entries(await contentsOf(folder)).filter(([name]) => isSegment(name)));

/** Of a log that somebody writes, the last file has zeros behind the last group. */
const withoutRoom = (segments: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(segments).map(([name, text]) => [name, text.replace(/\0+$/, '')]));

const flipBit = async (folder: Folder, name: string, position: number): Promise<void> => {
  const file = await folder.open(name);
  const byte = Buffer.alloc(1);
  file.read(byte, { offset: 0, length: 1, position });
  await file.write(Buffer.of((byte[0] ?? 0) ^ 1), position);
};

const copy = (from: Folder, to: Folder): Promise<LogCopy> => copyLog(from, to, { codec });

describe('a copy', () => {
  test('is the log, byte for byte, and a log that opens; segments that are complete are not copied twice', async () => {
    const { folder, log, append, ids } = await createSource();
    const to = createSimulatedDisk().folder('copy');
    for (const turns of [0, 1, 30, 1, 0, 30]) {
      await append(turns);
      const had = await segmentsOf(to);
      const { last, ledger, sizeBytes, segments, copiedBytes } = await copy(folder, to);
      const [has, whole] = [await segmentsOf(to), withoutRoom(await segmentsOf(folder))];
      expect(has).toEqual(whole);
      const changed = Object.keys(has).filter((name) => has[name] !== had[name]);
      expect(copiedBytes).toBe(changed.reduce((bytes, name) => bytes + (has[name]?.length ?? 0), 0));
      expect([last, ledger]).toEqual([ids().length, log.ledger]);
      expect([sizeBytes, segments]).toEqual([log.sizeBytes(), Object.keys(whole).length]);
      expect(await idsIn(to)).toEqual(ids());
    }
    const opened = await openLog(to, { segmentBytes });
    expect(opened.ledger).toBe(log.ledger);
  });

  test('has no group of which it is not known that it is durable, and has it once that is', async () => {
    const { folder, append, ids } = await createSource();
    await append(2);
    const note = await folder.open('acknowledged');
    const older = Buffer.alloc(note.sizeBytes());
    note.read(older, { offset: 0, length: older.length, position: 0 });
    await append(1);
    const newer = Buffer.alloc(note.sizeBytes());
    note.read(newer, { offset: 0, length: newer.length, position: 0 });
    note.note(older, 0);
    const to = createSimulatedDisk().folder('copy');
    expect((await copy(folder, to)).last).toBe(4);
    expect(await idsIn(to)).toEqual(ids().slice(0, 4));
    note.note(newer, 0);
    expect((await copy(folder, to)).last).toBe(6);
    expect(await idsIn(to)).toEqual(ids());
  });

  test('that was cut short afterwards is noticed, and not made longer', async () => {
    const { folder, append } = await createSource();
    await append(2);
    const to = createSimulatedDisk().folder('copy');
    await copy(folder, to);
    const file = await to.open(firstSegment);
    await file.truncate(file.sizeBytes() - 1);
    await append(1);
    await expect(copy(folder, to)).rejects.toThrow(/the copy is damaged: .* ends at 2, though 4 was acknowledged/);
    await expect(copy(folder, to)).rejects.toBeInstanceOf(LogDamaged);
  });
});

/** A disk whose process, or machine, ends at the nth time that it is waited for. */
const createEndingDisk = (how: 'kill' | 'failPower', endsAt: number) => {
  let turns = 0;
  let isOver = false;
  let tellEnd = (): void => undefined;
  const ended = new Promise<false>((resolve) => {
    tellEnd = () => {
      resolve(false);
    };
  });
  let random = endsAt;
  const disk: SimulatedDisk = createSimulatedDisk({
    random: () => (random = (random * 16_807) % 2_147_483_647) / 2_147_483_647,
    turn: () => {
      turns += 1;
      if (turns === endsAt && !isOver) {
        disk[how]();
        tellEnd();
      }
      return Promise.resolve();
    },
  });
  /** Whether it came to its end before the disk did. */
  const run = async (use: (folder: Folder) => Promise<unknown>): Promise<boolean> => {
    const isDone = await Promise.race([use(disk.folder('copy')).then(() => true), ended]);
    isOver = true;
    return isDone;
  };
  return { run, folder: () => disk.folder('copy') };
};

describe.each(['kill', 'failPower'] as const)('%s at any moment of a copy', (how) => {
  test('leaves a whole log that is shorter, and the next copy goes on and ends the same', async () => {
    const { folder, append, ids } = await createSource();
    await append(5);
    let isDone = false;
    let endsAt = 0;
    while (!isDone) {
      endsAt += 1;
      const disk = createEndingDisk(how, endsAt);
      isDone = await disk.run((to) => copy(folder, to));
      const to = disk.folder();
      const had = to.names().some(isSegment) ? await idsIn(to) : [];
      expect(had).toEqual(ids().slice(0, had.length));
      await copy(folder, to);
      expect(await idsIn(to)).toEqual(ids());
    }
    expect(endsAt).toBeGreaterThan(10);
  });
});

describe('a copy is refused, and nothing of it changed,', () => {
  const refusal = async (from: Folder, to: Folder): Promise<CopyRefused> => {
    const before = await contentsOf(to);
    const error: unknown = await copy(from, to).catch((thrown: unknown) => thrown);
    expect(await contentsOf(to)).toEqual(before);
    if (error instanceof CopyRefused) return error;
    throw error;
  };

  test('where it is one of another ledger: both are named', async () => {
    const [one, other] = [await createSource(), await createSource()];
    await one.append(2);
    await other.append(2);
    const to = createSimulatedDisk().folder('copy');
    await copy(one.folder, to);
    const { why, message } = await refusal(other.folder, to);
    expect(why).toBe('other log');
    expect(message).toContain(`copy holds a copy of ledger ${one.log.ledger}, and log is ledger ${other.log.ledger}`);
  });

  test.each([
    ['in the same segment', 2, 1],
    ['by whole segments', 40, 2],
  ])('where it is ahead, %s', async (_how, turns, fewer) => {
    const { folder, append } = await createSource();
    await append(fewer);
    const old = createSimulatedDisk().folder('old');
    await copy(folder, old);
    await append(turns);
    const to = createSimulatedDisk().folder('copy');
    await copy(folder, to);
    const { why, message } = await refusal(old, to);
    expect(why).toBe('ahead');
    expect(message).toContain(`up to position ${String(2 * (fewer + turns))}, and old ends at ${String(2 * fewer)}`);
  });

  test.each([
    ['the same segment', 0],
    ['a segment that is complete', 40],
  ])('where it holds other events in %s, though the log is longer by now', async (_where, turns) => {
    const { folder, append } = await createSource();
    await append(turns + 2);
    const old = createSimulatedDisk().folder('old');
    await copy(folder, old);
    await append(1);
    const to = createSimulatedDisk().folder('copy');
    await copy(folder, to);
    const log = await openLog(old, { segmentBytes });
    for (let turn = turns + 2; turn < turns + 60; turn += 1)
      await log.append([{ stream: 'account-a', expectedRevision: turn - 1, events: [payment(`c.${String(turn)}`)] }]);
    await log.close();
    expect(await refusal(old, to)).toMatchObject({ why: 'differs' });
  });

  test('where the disk has too little room', async () => {
    const { folder, append } = await createSource();
    await append(2);
    const to = createSimulatedDisk({ freeBytes: () => 3e6 }).folder('copy');
    const { why, message } = await refusal(folder, to);
    expect([why, message]).toEqual([
      'no room',
      expect.stringMatching(/copy has too little room: make \d+ MB more free/),
    ]);
  });

  test('where the log is damaged in the middle, which is said of the log', async () => {
    const { folder, append } = await createSource();
    await append(20);
    await flipBit(folder, firstSegment, 1_700);
    const to = createSimulatedDisk().folder('copy');
    await expect(copy(folder, to)).rejects.toThrow(`log/${firstSegment} is damaged and was not copied`);
    expect(to.names().filter(isSegment)).toEqual([]);
  });

  test('where its disk gives back something else than was written to it', async () => {
    const { folder, append } = await createSource();
    await append(2);
    const disk = createSimulatedDisk().folder('copy');
    const to: Folder = {
      ...disk,
      open: async (name, options) => {
        const file = await disk.open(name, options);
        return { ...file, write: (bytes, position) => file.write(Buffer.from(bytes).fill(0, 600, 601), position) };
      },
    };
    await expect(copy(folder, to)).rejects.toThrow('what is read back from copy is not what was written to it');
    expect(disk.names().filter(isSegment)).toEqual([]);
  });
});
