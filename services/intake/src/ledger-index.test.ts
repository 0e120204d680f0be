import type { LogEvent } from '@tollgate/contracts';
import type { RecordedEvent } from '@tollgate/event-store';
import { createMemoryStore } from '@tollgate/projection-store/memory';
import type { ProjectionStore } from '@tollgate/projection-store';
import { createLedgerIndex } from './ledger-index';

const metadata = { receivedAt: '2026-01-31T12:00:00.000Z' };
const cutoff = { balances: ['inbound' as const] };

const at = (revision: number, event: LogEvent): RecordedEvent<LogEvent> => ({
  ...event,
  eventId: `e${String(revision)}`,
  stream: 'account-acme',
  revision,
  position: BigInt(revision + 1),
  recordedAt: metadata.receivedAt,
});
const opened = at(0, { type: 'AccountOpened', data: { accountId: 'acme', currency: 'EUR' }, metadata });
const used = (revision: number, usageId: string) =>
  at(revision, {
    type: 'UsageCharged',
    data: { usageId, accountId: 'acme', direction: 'inbound', amount: '1', currency: 'EUR' },
    metadata,
  });
const ruled = (revision: number) => at(revision, { type: 'CutoffChanged', data: cutoff, metadata });
const undone = (revision: number, reversalId: string, id: string) =>
  at(revision, {
    type: 'EntryReversed',
    data: { reversalId, accountId: 'acme', of: { kind: 'usage', id }, reason: 'rated twice', actor: 'finance' },
    metadata: { ...metadata, reversed: { direction: 'inbound', amount: '1' } },
  });

const recordingStore = () => {
  const store = createMemoryStore();
  const keys: string[][] = [];
  const watched: ProjectionStore = {
    ...store,
    commit: (changes) => {
      keys.push(changes.puts.map(([key]) => key));
      return store.commit(changes);
    },
  };
  return { store: watched, keys };
};

test('knows of a stream its last revision, its currency and the rule in force; of an unknown one nothing', async () => {
  const index = createLedgerIndex(createMemoryStore());
  expect(index.facts('account-acme')).toEqual({ revision: -1 });
  await index.add([opened, used(1, 'u1')]);
  expect(index.facts('account-acme')).toEqual({
    revision: 1,
    account: { currency: 'EUR', cutoff: undefined, cutoffRevision: 0 },
  });
  await index.add([ruled(2), used(3, 'u2')]);
  expect(index.facts('account-acme')).toEqual({
    revision: 3,
    account: { currency: 'EUR', cutoff, cutoffRevision: 2 },
  });
});

test('a rule without an account makes none', async () => {
  const index = createLedgerIndex(createMemoryStore());
  await index.add([ruled(0)]);
  expect(index.facts('account-acme')).toEqual({ revision: 0, account: undefined });
});

test('the next process finds everything in the store, under keys of events that have one', async () => {
  const { store, keys } = recordingStore();
  await createLedgerIndex(store).add([opened, used(1, 'u1'), ruled(2), undone(3, 'r1', 'u1')], 4n);
  expect(keys).toEqual([['usage acme u1', 'reversal acme r1', 'reversed usage acme u1', 'stream account-acme']]);
  const reopened = createLedgerIndex(store);
  expect(reopened.facts('account-acme')).toEqual({
    revision: 3,
    account: { currency: 'EUR', cutoff, cutoffRevision: 2 },
  });
  expect(reopened.facts('account-acme')).toBe(reopened.facts('account-acme'));
  expect([reopened.revisionOf('usage acme u1'), reopened.revisionOf('reversal acme r1')]).toEqual([1, 3]);
  expect(reopened.revisionOf('usage acme u2')).toBeUndefined();
  expect([reopened.reversalOf('usage acme u1'), reopened.reversalOf('usage acme u2')]).toEqual(['r1', undefined]);
  expect(reopened.position()).toBe(4n);
});

test('an event that is known is passed over, whatever it says', async () => {
  const index = createLedgerIndex(createMemoryStore());
  await index.add([opened, used(1, 'u1'), used(2, 'u2')]);
  await index.add([used(1, 'other'), used(2, 'another'), used(3, 'u3')]);
  expect(['other', 'another', 'u3'].map((id) => index.revisionOf(`usage acme ${id}`))).toEqual([
    undefined,
    undefined,
    3,
  ]);
  expect(index.facts('account-acme').revision).toBe(3);
});

test('a position without news is stored every 5,000', async () => {
  const { store, keys } = recordingStore();
  const index = createLedgerIndex(store);
  await index.add([], 4_999n);
  expect([index.position(), keys.length]).toEqual([undefined, 0]);
  await index.add([], 5_000n);
  await index.add([], 9_999n);
  expect([index.position(), keys.length]).toEqual([5_000n, 1]);
  await index.add([], 10_000n);
  await index.add([]);
  expect([index.position(), keys.length]).toEqual([10_000n, 2]);
});

test('what could not be stored is not known, and what comes after it is not held up', async () => {
  const store = createMemoryStore();
  let isFull = true;
  const commit: ProjectionStore['commit'] = (changes) =>
    isFull ? Promise.reject(new Error('full')) : store.commit(changes);
  const index = createLedgerIndex({ ...store, commit });
  await expect(index.add([opened])).rejects.toThrow('full');
  expect(index.facts('account-acme').revision).toBe(-1);
  isFull = false;
  await index.add([opened]);
  expect(index.facts('account-acme').revision).toBe(0);
});
