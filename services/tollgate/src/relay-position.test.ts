import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFolder } from '@tollgate/folder';
import { openRelayPosition, writeRelayPosition } from './relay-position';
import type { TopicMarks } from './topic-marks';

let path: string;

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'tollgate-relays-'));
});

afterEach(() => rm(path, { recursive: true }));

const reopen = async () => openRelayPosition(await openFolder(path), 'traffic-control');

const marksOf = (...offsets: bigint[]): TopicMarks => ({
  cluster: 'MkU3OEVBNTcwNTJENDM2Qg',
  records: new Map(offsets.map((offset, partition) => [partition, { offset, hash: `hash-${String(offset)}` }])),
});

test('what was acknowledged last comes back with the position, of both the latest', async () => {
  const first = await reopen();
  first.marks = marksOf(1n, 2n, 3n);
  first.store(10n);
  first.marks.records.set(1, { offset: 9n, hash: 'hash-9' });
  first.store(11n);
  first.close();
  const second = await reopen();
  expect([second.position(), second.marks]).toEqual([11n, marksOf(1n, 9n, 3n)]);
  // A shorter line over a longer one.
  second.marks = marksOf(4n);
  second.store(12n);
  second.store(13n);
  second.close();
  const third = await reopen();
  expect([third.position(), third.marks]).toEqual([13n, marksOf(4n)]);
  third.close();
});

test('a position that an earlier Tollgate wrote is read, and has no marks', async () => {
  await writeRelayPosition(await openFolder(path), 'traffic-control', 1_234n);
  const place = await reopen();
  expect([place.position(), place.marks]).toEqual([1_234n, undefined]);
  place.store(1_235n);
  place.close();
  const again = await reopen();
  expect([again.position(), again.marks]).toEqual([1_235n, undefined]);
  again.close();
});

test('marks that were cut off, or are none, are as if they had not been noted; the position stays', async () => {
  const place = await reopen();
  place.marks = marksOf(5n);
  place.store(20n);
  place.close();
  const file = join(path, 'traffic-control');
  await truncate(file, 4_096 + (128 << 10) + 20);
  const cut = await reopen();
  expect([cut.position(), cut.marks]).toEqual([20n, undefined]);
  cut.close();
  await writeFile(file, 'nonsense');
  const none = await reopen();
  expect([none.position(), none.marks]).toEqual([undefined, undefined]);
  none.close();
});

test('of more partitions than there is room for it says so', async () => {
  const place = await reopen();
  place.marks = marksOf(...Array.from({ length: 10_000 }, (_, index) => BigInt(index)));
  expect(() => {
    place.store(1n);
  }).toThrow('more partitions');
  place.close();
});
