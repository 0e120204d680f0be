import { resolve } from 'node:path';
import { logLine, storedEvents } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import { openFileLogReader } from '@tollgate/event-store-file';
import { openFolderReadOnly } from '@tollgate/folder';
import { hashBytes, leafHash, rootOf } from '@tollgate/merkle';
import { removeUnpacked, unpack } from '../../../test/histories/history';
import { bytesOfId, idBytes } from './event-id';
import type { LeafBatch } from './leaves';
import { createLeavesInThread } from './leaves-in-thread';
import { openLeafReader } from './read-leaves';

jest.setTimeout(60_000);

const leavesInThread = createLeavesInThread(resolve(__dirname, '../dist/leaf-thread.js'));

type Leaf = { hash: string; id: string; recordedAt: string };
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Every line of a log, read and printed as an export is. */
const leavesOf = async (path: string): Promise<Leaf[]> => {
  const reader = await openFileLogReader<LogEvent>(openFolderReadOnly(path), { codec: storedEvents });
  const leaves: Leaf[] = [];
  for await (const group of reader.groups())
    for (let index = 0; index < group.count; index += 1) {
      const event = group.event(index);
      const { eventId, recordedAt } = event;
      leaves.push({ hash: hex(leafHash(logLine(event))), id: hex(bytesOfId(eventId)), recordedAt });
    }
  reader.close();
  return leaves;
};

const leavesIn = ({ count, hashes, ids }: LeafBatch): Omit<Leaf, 'recordedAt'>[] =>
  Array.from({ length: count }, (_, index) => ({
    hash: hex(hashes.subarray(index * hashBytes, (index + 1) * hashBytes)),
    id: hex(ids.subarray(index * idBytes, (index + 1) * idBytes)),
  }));

const collect = async (batches: AsyncIterable<LeafBatch>) => {
  const leaves: Omit<Leaf, 'recordedAt'>[] = [];
  const roots: string[] = [];
  for await (const batch of batches) {
    leaves.push(...leavesIn(batch));
    for (let at = 0; at < batch.roots.length; at += hashBytes)
      roots.push(hex(batch.roots.subarray(at, at + hashBytes)));
  }
  return { leaves, roots };
};

const withoutTimes = (leaves: readonly Leaf[]) => leaves.map(({ hash, id }) => ({ hash, id }));

describe.each(['file-1', 'file-2', 'file-5'])('the log that %s recorded', (name) => {
  let path: string;
  let all: Leaf[];
  beforeAll(async () => {
    path = resolve(await unpack(name), 'log');
    all = await leavesOf(path);
    expect(all.length).toBeGreaterThan(600);
  });
  afterAll(removeUnpacked);

  test.each([0, 1, 255, 256, 300])('has the leaves of its export, read from its files after %i', async (size) => {
    const reader = openLeafReader(openFolderReadOnly(path), { place: size, size });
    const { leaves, roots } = await collect(reader.through(all.length));
    reader.close();
    expect(leaves).toEqual(withoutTimes(all.slice(size)));
    const first = Math.ceil(size / 256) * 256;
    const blocks = Math.floor((all.length - first) / 256);
    const blockAt = (from: number): Buffer =>
      Buffer.from(
        all
          .slice(from, from + 256)
          .map(({ hash }) => hash)
          .join(''),
        'hex',
      );
    expect(roots).toEqual(Array.from({ length: blocks }, (_, block) => hex(rootOf(blockAt(first + block * 256)))));
  });

  test('has them all, read by a thread while it is told of more and more', async () => {
    let last = 100n;
    const leaves: Omit<Leaf, 'recordedAt'>[] = [];
    const following = leavesInThread({ path, lastPosition: () => Promise.resolve(last), clock: () => new Date() })(
      { size: 0, position: undefined },
      (batch) => {
        leaves.push(...leavesIn(batch));
        expect(batch.recordedAt).toBe(all[leaves.length - 1]?.recordedAt);
        expect(batch.position).toBe(BigInt(leaves.length));
        if (leaves.length === Number(last)) last = BigInt(Math.min(all.length, leaves.length + 333));
        return Promise.resolve();
      },
    );
    const end = Date.now() + 20_000;
    while ((leaves.length < all.length || !following.isCaughtUp()) && Date.now() < end)
      await new Promise((wait) => setTimeout(wait, 10));
    expect(following.behindSince()).toBeUndefined();
    await following.stop();
    await following.done;
    expect(leaves).toEqual(withoutTimes(all));
  });
});

test('a thread that cannot go on says why', async () => {
  const following = leavesInThread({
    path: '/nowhere',
    lastPosition: () => Promise.resolve(1n),
    clock: () => new Date(),
  })({ size: 0, position: undefined }, () => Promise.resolve());
  await expect(following.done).rejects.toThrow(/nowhere/);
  await following.stop();
});
