import type { GroupNote } from '@tollgate/kafka';
import { openGroupPlace, placeNotedIn } from './group-place';
import type { RelayPlace } from './relay-position';

const placeAt = (position: bigint | undefined): RelayPlace => {
  let current = position;
  return {
    marks: undefined,
    seen: new Map(),
    position: () => current,
    store: (next) => {
      current = next;
    },
    close: () => undefined,
  };
};

const nothing = () => undefined;
const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** A group that keeps what is noted, unless it refuses to. */
const createGroup = (notes: GroupNote[] = []) => {
  const state = { notes, refuses: false };
  return {
    state,
    term: {
      notes: () => Promise.resolve(state.notes),
      note: (_topic: string, next: readonly GroupNote[]) => {
        if (state.refuses) return Promise.reject(new Error('another generation'));
        const kept = state.notes.filter((one) => !next.some(({ partition }) => partition === one.partition));
        state.notes = [...kept, ...next];
        return Promise.resolve();
      },
    },
  };
};

const logOf = (seed: number) => ({ ledger: 'ledger', seed: Uint8Array.of(seed) });

const open = (group: ReturnType<typeof createGroup>, own = placeAt(undefined), shared = logOf(1)) =>
  openGroupPlace({ ...group, topic: 'traffic', own, shared, logger });

const marks = {
  cluster: 'here',
  records: new Map([
    [0, { offset: 7n, hash: 'aa' }],
    [3, { offset: 9n, hash: 'bb' }],
  ]),
};

it('what one publisher has noted the next one finds: position, last messages, and up to where all was seen', async () => {
  const group = createGroup();
  const place = await open(group);
  place.marks = marks;
  place.seen = new Map([[0, 5n]]);
  place.store(41n);
  place.store(42n);
  await place.settled();
  const next = await open(group);
  expect([next.position(), next.marks]).toEqual([42n, marks]);
  expect(next.seen).toEqual(
    new Map([
      [0, 5n],
      [3, 9n],
    ]),
  );
});

it('a partition that carried a note before anything was acknowledged in it held the position back', async () => {
  const group = createGroup();
  const place = await open(group);
  place.store(1n);
  await place.settled();
  const next = await open(group);
  next.marks = { cluster: 'here', records: new Map([[3, { offset: 9n, hash: 'bb' }]]) };
  next.store(42n);
  await next.settled();
  expect((await open(group)).position()).toBe(42n);
});

it('a position is noted also before anything was acknowledged', async () => {
  const group = createGroup();
  const place = await open(group);
  place.store(42n);
  await place.settled();
  expect((await open(group)).position()).toBe(42n);
});

it('where the group has forgotten, or somebody else wrote, counts what the process itself has kept', async () => {
  expect((await open(createGroup(), placeAt(12n))).position()).toBe(12n);
  const foreign = [{ partition: 0, offset: 7n, note: 'by hand' }];
  expect((await open(createGroup(foreign), placeAt(12n))).position()).toBe(12n);
  expect((await open(createGroup())).position()).toBeUndefined();
});

it('positions of the log that this one was copied from are none of this one', async () => {
  const group = createGroup();
  const place = await open(group);
  place.store(42n);
  await place.settled();
  const copy = await open(group, placeAt(undefined), logOf(2));
  expect([copy.position(), copy.marks]).toEqual([undefined, undefined]);
  copy.store(7n);
  await copy.settled();
  expect((await open(group, placeAt(undefined), logOf(2))).position()).toBe(7n);
});

it('notes that were made one after another are taken by the least of their positions', () => {
  const noted = (partition: number, position: string) => ({
    partition,
    offset: 1n,
    note: JSON.stringify({ log: '01', position, cluster: 'here', last: { offset: '1', hash: 'aa' } }),
  });
  expect(placeNotedIn([noted(0, '9'), noted(1, '7')], logOf(1))?.position).toBe(7n);
});

it('a group that refuses stops nothing, and what the process itself keeps goes on', async () => {
  const group = createGroup();
  group.state.refuses = true;
  const own = placeAt(undefined);
  const place = await open(group, own);
  place.store(42n);
  await place.settled();
  expect([place.position(), own.position(), group.state.notes]).toEqual([42n, 42n, []]);
});
