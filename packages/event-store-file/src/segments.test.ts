import { LogDamaged, noStream } from '@tollgate/event-store';
import type { EventBody, RecordedEvent } from '@tollgate/event-store';
import { createSimulatedDisk } from '@tollgate/folder/simulated';
import type { Folder } from '@tollgate/folder';
import { openFileLogReader } from './index';
import type { FileEventLog } from './index';
import { openLog, payment, readAll, streamClasses, withLog } from './log-folder.fixture';
import { codec, createMapIndex } from './map-index.fixture';

const segmentBytes = 3_000;

/** A log of so many appends of one to three events, over many segments. */
const fill = async (folder: Folder, appends = 200): Promise<RecordedEvent<EventBody>[]> =>
  withLog(
    folder,
    async (log) => {
      const heads = new Map<string, number>();
      for (let turn = 0; turn < appends; turn += 1) {
        const stream = turn % 7 === 0 ? 'cutoff-a' : `account-${String(turn % 3)}`;
        const head = heads.get(stream) ?? noStream;
        const events = Array.from({ length: 1 + (turn % 3) }, (_, index) =>
          payment(`${String(turn)}.${String(index)}`),
        );
        await log.append([{ stream, expectedRevision: head, events }]);
        heads.set(stream, head + events.length);
      }
      return readAll(log);
    },
    { segmentBytes },
  );

const segmentsOf = (folder: Folder): string[] => folder.names().filter((name) => name.endsWith('.log'));

const bytesOf = async (folder: Folder, name: string): Promise<Buffer> => {
  const file = await folder.open(name);
  const bytes = Buffer.alloc(file.sizeBytes());
  file.read(bytes, { offset: 0, length: bytes.length, position: 0 });
  return bytes;
};

const createLog = async () => {
  const folder = createSimulatedDisk().folder('log');
  return { folder, all: await fill(folder) };
};

const readEach = (log: FileEventLog<EventBody>, positions: readonly bigint[]) =>
  Promise.all(positions.map((position) => log.read(position)));

describe('a log of many segments', () => {
  test('names each by its first position and ends none before it has its size', async () => {
    const { folder } = await createLog();
    const names = segmentsOf(folder);
    expect(names.length).toBeGreaterThan(20);
    expect(names[0]).toBe('0000000000000001.log');
    for (const name of names.slice(0, -1)) {
      const bytes = await bytesOf(folder, name);
      expect(bytes.length).toBeGreaterThanOrEqual(segmentBytes);
      expect(bytes.length).toBeLessThan(segmentBytes + 1_000);
      const header = JSON.parse(bytes.toString('utf8', 0, 512)) as { format: string; version: number; first: number };
      expect(header).toMatchObject({ format: 'tollgate-log', version: 1, first: Number(name.slice(0, 16)) });
      expect(bytes.toString('utf8', 511, 512)).toBe('\n');
    }
  });

  test('is read by position in any order, by stream, and from any position on', async () => {
    const { folder, all } = await createLog();
    await withLog(folder, async (log) => {
      const shuffled = all.map((event, index) => ({ event, key: (index * 7_919) % 1_009 }));
      const inAnyOrder = shuffled.sort((one, other) => one.key - other.key).map(({ event }) => event);
      expect(
        await readEach(
          log,
          inAnyOrder.map(({ position }) => position),
        ),
      ).toEqual(inAnyOrder);
      for (const stream of ['account-0', 'account-1', 'account-2', 'cutoff-a']) {
        const events = all.filter((event) => event.stream === stream);
        expect(await log.readStream(stream, { limit: 1_000 })).toEqual(events);
        expect(await log.readStream(stream, { from: 5, limit: 9 })).toEqual(events.slice(5, 14));
      }
      for (let after = 0; after < all.length; after += 37) {
        const rest: RecordedEvent<EventBody>[] = [];
        const options = { after: BigInt(after), prefixes: ['cutoff-'], signal: new AbortController().signal };
        for await (const { events, isCaughtUp } of log.subscribe({ ...options, maxEvents: 5 })) {
          rest.push(...events);
          if (isCaughtUp) break;
        }
        expect(rest).toEqual(all.slice(after).filter(({ stream }) => stream === 'cutoff-a'));
      }
    });
  });

  test('never changes a segment that has another after it', async () => {
    const { folder } = await createLog();
    const sealed = segmentsOf(folder).slice(0, -1);
    const before = await Promise.all(sealed.map((name) => bytesOf(folder, name)));
    await withLog(folder, async (log) => {
      await log.append([{ stream: 'account-new', expectedRevision: noStream, events: [payment('new')] }]);
    });
    expect(await Promise.all(sealed.map((name) => bytesOf(folder, name)))).toEqual(before);
  });

  test('is refused where one is missing, the first one or any other, but for the last ones, which were acknowledged', async () => {
    const names = segmentsOf((await createLog()).folder);
    for (const missing of [0, 1, 10, names.length - 2]) {
      const { folder } = await createLog();
      await folder.remove(names[missing] ?? '');
      await expect(openLog(folder)).rejects.toThrow(
        new LogDamaged(
          `log/${names[missing] ?? ''}, which comes before ${names[missing + 1] ?? ''}, is missing; restore it`,
        ),
      );
    }
    const { folder, all } = await createLog();
    await folder.remove(names.at(-1) ?? '');
    await expect(openLog(folder)).rejects.toThrow(`though ${String(all.length)} was acknowledged`);
  });

  test('is refused where one was cut, is another one, or is of another log', async () => {
    const { folder: other } = await createLog();
    const names = segmentsOf(other);
    const [second = '', third = ''] = names.slice(1);
    const refused = async (change: (folder: Folder) => Promise<void>, reason: RegExp) => {
      const { folder } = await createLog();
      await change(folder);
      await expect(openLog(folder)).rejects.toThrow(reason);
    };
    await refused(async (folder) => (await folder.open(second)).truncate(1_000), /has 1000 bytes, not \d+/);
    await refused((folder) => folder.rename(third, second), /is not the file that its first line says it is/);
    await refused(async (folder) => {
      const file = await folder.open(second, { isNew: true });
      await file.write(await bytesOf(other, second), 0);
    }, /is of another log/);
  });

  test('is refused where one is of another history of the same log, once they are read', async () => {
    const ofOne = async (amount: string) => {
      const folder = createSimulatedDisk().folder('log');
      const options = { ledger: 'one', seed: Uint8Array.of(1), segmentBytes: 600, clock: () => new Date(0) };
      await withLog(
        folder,
        async (log) => {
          for (let turn = 0; turn < 5; turn += 1)
            await log.append([{ stream: 'account-a', expectedRevision: turn - 1, events: [payment('a', amount)] }]);
        },
        options,
      );
      return folder;
    };
    const [folder, other] = [await ofOne('1'), await ofOne('2')];
    const [, second = ''] = segmentsOf(folder);
    await (await folder.open(second)).write(await bytesOf(other, second), 0);
    await expect(openLog(folder)).rejects.toThrow(/0000000000000001.log is damaged at byte \d+, from position 2 on/);
    const reader = await openFileLogReader(folder, { codec });
    const readThrough = async () => {
      for await (const { count } of reader.groups()) expect(count).toBe(1);
    };
    await expect(readThrough()).rejects.toThrow(LogDamaged);
  });

  test('that is damaged in a segment before the last opens, and whoever comes by the damage ends there', async () => {
    const { folder, all } = await createLog();
    const [, second = ''] = segmentsOf(folder);
    const first = Number(second.slice(0, 16));
    const bytes = await bytesOf(folder, second);
    // In the headers of the first group.
    bytes[600] = (bytes[600] ?? 0) ^ 1;
    await (await folder.open(second)).write(bytes, 0);
    const damaged = `log/${second} is damaged at byte 512, from position ${String(first)} on`;
    await expect(openLog(folder)).rejects.toThrow(damaged);
    await withLog(
      folder,
      async (log) => {
        expect(await log.read(BigInt(first - 1))).toEqual(all[first - 2]);
        await expect(log.read(BigInt(first))).rejects.toThrow(damaged);
        const seen: string[] = [];
        const follow = async () => {
          const signal = new AbortController().signal;
          for await (const { events } of log.subscribe({ prefixes: ['cutoff-'], maxEvents: 1, signal }))
            seen.push(...events.map(({ eventId }) => eventId));
        };
        await expect(follow()).rejects.toThrow(damaged);
        expect(seen.length).toBeGreaterThan(0);
      },
      { index: createMapIndex({ kept: all.length }) },
    );
  });

  test('opens where the process was killed between beginning a segment and its first group', async () => {
    let isOver = false;
    const disk = createSimulatedDisk({
      turn: () => new Promise(setImmediate),
      fault: ({ kind, path }) => (isOver && kind === 'write' && path.endsWith('.log') ? 'hangs' : undefined),
      random: () => 0,
    });
    const log = await openLog(disk.folder('log'), { segmentBytes: 600 });
    await log.append([{ stream: 'account-a', expectedRevision: noStream, events: [payment('first')] }]);
    isOver = true;
    void log.append([{ stream: 'account-a', expectedRevision: 0, events: [payment('lost')] }]);
    while (segmentsOf(disk.folder('log')).length < 2) await new Promise(setImmediate);
    disk.kill();
    isOver = false;
    for (let times = 0; times < 2; times += 1)
      expect(await withLog(disk.folder('log'), readAll)).toMatchObject([{ eventId: 'first', position: 1n }]);
    const second = [{ stream: 'account-a', expectedRevision: 0, events: [payment('second')] }];
    await withLog(disk.folder('log'), (opened) => opened.append(second), { segmentBytes: 600 });
    expect(await withLog(disk.folder('log'), readAll)).toHaveLength(2);
  });

  test('takes other classes of streams from the next segment on', async () => {
    const { folder, all } = await createLog();
    const others = ['cutoff-', 'new-'];
    await withLog(
      folder,
      async (log) => {
        await log.append([{ stream: 'new-a', expectedRevision: noStream, events: [payment('new')] }]);
        await log.append([{ stream: 'account-new', expectedRevision: noStream, events: [payment('newer')] }]);
        const given = async (prefixes: string[]) => {
          const ids: string[] = [];
          for await (const { events, isCaughtUp } of log.subscribe({
            prefixes,
            signal: new AbortController().signal,
          })) {
            ids.push(...events.map(({ eventId }) => eventId));
            if (isCaughtUp) return ids;
          }
          return ids;
        };
        const ofAccounts = all.filter(({ stream }) => stream.startsWith('account-')).map(({ eventId }) => eventId);
        expect(await given(['new-'])).toEqual(['new']);
        expect(await given(['account-'])).toEqual([...ofAccounts, 'newer']);
      },
      { streamClasses: others },
    );
    await withLog(folder, readAll, { streamClasses });
  });

  test('keeps its id and its seed over all segments, and another log has others', async () => {
    const [one, other] = [await createLog(), await createLog()];
    const identityOf = (folder: Folder) => withLog(folder, (log) => Promise.resolve([log.ledger, log.seed.toString()]));
    expect(await identityOf(one.folder)).toEqual(await identityOf(one.folder));
    expect(await identityOf(one.folder)).not.toEqual(await identityOf(other.folder));
    const given = { ledger: 'of this ledger', seed: Uint8Array.of(1, 2, 3) };
    const log = await openLog(createSimulatedDisk().folder('log'), given);
    expect([log.ledger, [...log.seed]]).toEqual(['of this ledger', [1, 2, 3]]);
  });
});
