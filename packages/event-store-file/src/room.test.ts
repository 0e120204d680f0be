import { noStream } from '@tollgate/event-store';
import type { EventBody } from '@tollgate/event-store';
import { createSimulatedDisk } from '@tollgate/folder/simulated';
import type { DiskCall, DiskFault } from '@tollgate/folder/simulated';
import { openFileLogReader } from './index';
import type { FileEventLog } from './index';
import { openLog, payment, readAll, withLog } from './log-folder.fixture';
import { codec } from './map-index.fixture';

const first = '0000000000000001.log';

/** A log on a disk that notes what it is asked for, and fails where it is told to. */
const createLog = async (options: { segmentBytes?: number; freeBytes?: number } = {}) => {
  let fault: (call: DiskCall) => DiskFault | undefined = () => undefined;
  const writes: number[] = [];
  const disk = createSimulatedDisk({
    freeBytes: () => options.freeBytes ?? Infinity,
    fault: (call) => {
      if (call.kind === 'write' && call.path.endsWith('.log')) writes.push(call.sizeBytes);
      return fault(call);
    },
  });
  const folder = disk.folder('log');
  const log = await openLog(folder, options);
  const lengthOf = async (name: string): Promise<number> => (await folder.open(name)).sizeBytes();
  const failing = (meant: typeof fault) => void (fault = meant);
  return { disk, folder, log, writes, lengthOf, failing };
};

const append = (log: FileEventLog<EventBody>, id: string) =>
  log.append([{ stream: `account-${id}`, expectedRevision: noStream, events: [payment(id)] }]);

const idsIn = async (log: FileEventLog<EventBody>) => (await readAll(log)).map(({ eventId }) => eventId);

describe('the file that is written to', () => {
  test('has room behind its last group, which the next groups fill: it grows once for many of them', async () => {
    const { log, writes, lengthOf } = await createLog();
    await append(log, 'a');
    const length = await lengthOf(first);
    for (const id of ['b', 'c', 'd']) await append(log, id);
    expect(await lengthOf(first)).toBe(length);
    expect(writes.map((sizeBytes) => sizeBytes > 100_000)).toEqual([true, false, false, false]);
  });

  test('has none once the log is closed, or the next file is begun', async () => {
    const { folder, log, lengthOf } = await createLog({ segmentBytes: 700 });
    for (const id of ['a', 'b', 'c', 'd']) await append(log, id);
    const names = folder.names().filter((name) => name.endsWith('.log'));
    expect(names.length).toBeGreaterThan(1);
    expect(await lengthOf(first)).toBeLessThan(2_000);
    const sizeBytes = log.sizeBytes();
    await log.close();
    const lengths = await Promise.all(names.map(lengthOf));
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(sizeBytes);
  });

  test.each(['kill', 'failPower'] as const)(
    'still has it after a %s: that is nothing to warn of, and the log goes on after its last group',
    async (ends) => {
      const { disk, log } = await createLog();
      for (const id of ['a', 'b']) await append(log, id);
      disk[ends]();
      const onWarning = jest.fn();
      const again = await openLog(disk.folder('log'), { onWarning });
      await append(again, 'c');
      await again.close();
      expect(await withLog(disk.folder('log'), idsIn)).toEqual(['a', 'b', 'c']);
      expect(onWarning).not.toHaveBeenCalled();
    },
  );

  test('is read up to its last group by whoever reads it meanwhile', async () => {
    const { folder, log } = await createLog();
    for (const id of ['a', 'b']) await append(log, id);
    const reader = await openFileLogReader(folder, { codec });
    await append(log, 'c');
    const groups: number[] = [];
    for await (const group of reader.groups()) groups.push(group.place(0));
    expect([reader.end, groups]).toEqual([2, [1, 2]]);
    reader.close();
  });

  test('has no more than the disk has to give', async () => {
    const { log, writes } = await createLog({ freeBytes: (4 << 20) + 1_000 });
    await append(log, 'a');
    expect(await idsIn(log)).toEqual(['a']);
    expect(writes.filter((sizeBytes) => sizeBytes > 1_000)).toEqual([]);
  });

  test('does without where a limit that the disk does not tell of leaves room for the group alone', async () => {
    const { log, writes, failing } = await createLog();
    failing(({ kind, sizeBytes }) => (kind === 'write' && sizeBytes > 100_000 ? { code: 'ENOSPC' } : undefined));
    for (const id of ['a', 'b']) await append(log, id);
    expect(await idsIn(log)).toEqual(['a', 'b']);
    expect(writes.filter((sizeBytes) => sizeBytes > 100_000).length).toBe(1);
  });

  test('is closed where what is left of its room cannot be given back', async () => {
    const { folder, log, failing } = await createLog();
    await append(log, 'a');
    failing(({ kind }) => (kind === 'truncate' ? { code: 'EIO' } : undefined));
    await log.close();
    failing(() => undefined);
    expect(await withLog(folder, idsIn)).toEqual(['a']);
  });
});
