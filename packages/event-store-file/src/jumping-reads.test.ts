import { noStream } from '@tollgate/event-store';
import type { Folder } from '@tollgate/folder';
import { createSimulatedDisk } from '@tollgate/folder/simulated';
import { openLog, payment } from './log-folder.fixture';

/** The folder, and how often its files are read, and how much at most at once. */
const counting = (folder: Folder) => {
  const reads = { count: 0, most: 0 };
  const counted: Folder = {
    ...folder,
    open: async (name) => {
      const file = await folder.open(name);
      return {
        ...file,
        read: (into, range) => {
          const bytes = file.read(into, range);
          reads.count += 1;
          reads.most = Math.max(reads.most, bytes);
          return bytes;
        },
      };
    },
  };
  return { folder: counted, reads };
};

const events = 600;

/** A log of one group of lines of so many bytes, opened anew. */
const openGroup = async (lineBytes: number) => {
  const disk = createSimulatedDisk();
  const written = await openLog(disk.folder('log'));
  const amount = '1'.repeat(lineBytes);
  const names = Array.from({ length: events }, (_, index) => String(index));
  await written.append([
    { stream: 'account-acme', expectedRevision: noStream, events: names.map((name) => payment(name, amount)) },
  ]);
  await written.close();
  const { folder, reads } = counting(disk.folder('log'));
  const log = await openLog(folder);
  Object.assign(reads, { count: 0, most: 0 });
  return { log, reads };
};

/** Every event, in an order in which none follows the one before it. */
const jumps = Array.from({ length: events }, (_, index) => (index * 197) % events);

test('a group whose events are asked for here and there is read once: each used to be read by itself, with what follows it', async () => {
  const { log, reads } = await openGroup(400);
  for (const index of jumps) expect((await log.read(BigInt(index + 1)))?.eventId).toBe(String(index));
  expect(reads.count).toBeLessThan(12);
  await log.close();
});

test('a group that is read in its order is not read again whole', async () => {
  const { log, reads } = await openGroup(400);
  for (let index = 0; index < events; index += 1)
    expect((await log.read(BigInt(index + 1)))?.eventId).toBe(String(index));
  expect(reads.most).toBeLessThan(log.sizeBytes() / 2);
  await log.close();
});

test('of a huge group only what is asked for is read', async () => {
  const { log, reads } = await openGroup(8_000);
  for (const index of jumps.slice(0, 50)) expect((await log.read(BigInt(index + 1)))?.eventId).toBe(String(index));
  expect(log.sizeBytes()).toBeGreaterThan(4 << 20);
  expect(reads.most).toBeLessThan(1 << 20);
  await log.close();
});
