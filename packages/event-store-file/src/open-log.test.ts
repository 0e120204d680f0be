import { noStream } from '@tollgate/event-store';
import { createSimulatedDisk } from '@tollgate/folder/simulated';
import type { DiskCall } from '@tollgate/folder/simulated';
import { openLog, payment, withLog } from './log-folder.fixture';

/** A log of two groups; what the disk is asked to do with it from now on. */
const createLog = async () => {
  const calls: DiskCall[] = [];
  const disk = createSimulatedDisk({
    fault: (call) => {
      calls.push(call);
      return undefined;
    },
  });
  const folder = disk.folder('log');
  const log = await openLog(folder);
  const append = (stream: string) => log.append([{ stream, expectedRevision: noStream, events: [payment(stream)] }]);
  await append('account-a');
  const note = await folder.open('acknowledged');
  const before = Buffer.alloc(note.sizeBytes());
  note.read(before, { offset: 0, length: before.length, position: 0 });
  const firstEnds = log.sizeBytes();
  await append('account-b');
  const lastBytes = log.sizeBytes() - firstEnds;
  await log.close();
  calls.length = 0;
  const writes = () => calls.filter(({ kind }) => kind === 'write').map(({ sizeBytes }) => sizeBytes);
  return { folder, lastBytes, writes, forget: () => note.note(before, 0) };
};

test('a last group that a killed process did not note is written again before it is served: it was whole, perhaps not durable', async () => {
  const { folder, lastBytes, writes, forget } = await createLog();
  forget();
  await withLog(folder, async (log) => {
    expect(writes()).toEqual([lastBytes]);
    expect((await log.read(2n))?.eventId).toBe('account-b');
  });
  // Now it is noted.
  await withLog(folder, () => Promise.resolve());
  expect(writes()).toEqual([lastBytes]);
});

test('one that was noted is left as it is', async () => {
  const { folder, writes } = await createLog();
  await withLog(folder, () => Promise.resolve());
  expect(writes()).toEqual([]);
});
