import { createHash } from 'node:crypto';
import { LogDamaged } from '@tollgate/event-store';
import { createSimulatedDisk } from '@tollgate/folder/simulated';
import type { DiskFault, SimulatedDisk } from '@tollgate/folder/simulated';
import { called, interimUsageId, takenBack } from './calls.fixture';
import { mergeInline } from './ids';
import { openAccountTable } from './index';
import type { AccountTable, AccountTableOptions } from './index';
import { createTestLog, log } from './log.fixture';
import { dueDecisions, opened, paid, rejected, reversed, ruled, used } from './story.fixture';

const open = (disk: SimulatedDisk, options: AccountTableOptions = {}) => {
  const warnings: string[] = [];
  const table = openAccountTable({
    folder: disk.folder('account-table'),
    slotsPerPage: 2,
    snapshotEvents: 3,
    ids: { merge: mergeInline, tableIds: 1 },
    onWarning: (message, facts) => warnings.push(`${message} ${JSON.stringify(facts)}`),
    ...options,
  });
  return { table, warnings };
};

const call = { accountId: 'other', authorizationId: 'call-1', direction: 'inbound' } as const;

/** A table that was fed a history and closed; what is in its folder is whole. */
const recorded = async (disk: SimulatedDisk) => {
  const { table } = open(disk);
  await table.start({ ...log, last: 0 });
  const history = createTestLog(table);
  history.record(opened('acme', { balances: ['inbound'] }, 'Acme'), paid('acme', '5'), rejected(1, '7'));
  history.record(...dueDecisions(table, 1));
  history.record(
    opened('other'),
    used('other', '3', 'u1'),
    opened('third', { balances: [], creditLimits: { mutual: '2.5' } }),
  );
  history.record(
    reversed('other', { kind: 'usage', direction: 'inbound', amount: '3', id: 'u1' }),
    ruled('acme', { balances: [] }),
    called(call, { do: 'place', reserved: '1.5', isUnlimited: false }, 1),
    called(call, { do: 'use', amount: '1', isLast: false }, 2),
    called(call, { do: 'use', amount: '0.25', isLast: false }, 3),
    takenBack(call, { id: interimUsageId(2), amount: '1', reserved: '1.25' }, 4),
  );
  await table.close();
  return { table, history };
};

const everything = (table: AccountTable) => ({
  partners: table.partners({ limit: 10 }),
  blocked: table.blocked({ limit: 10 }),
  pending: table.pending(),
  facts: table.facts('acme'),
  calls: table.reservations('other', { limit: 10 }),
  due: table.expired(Infinity, 10),
  rejected: table.head('rejected-usage-1'),
});

const contentOf = async (disk: SimulatedDisk): Promise<Buffer> => {
  const file = await disk.folder('account-table').open('snapshot');
  const bytes = Buffer.alloc(file.sizeBytes());
  file.read(bytes, { offset: 0, length: bytes.length, position: 0 });
  return bytes;
};

const overwrite = async (disk: SimulatedDisk, bytes: Uint8Array): Promise<void> => {
  const file = await disk.folder('account-table').open('snapshot', { isNew: true });
  await file.write(bytes, 0);
};

test('a table that was closed begins where it ended, and folds nothing again', async () => {
  const disk = createSimulatedDisk();
  const { table, history } = await recorded(disk);
  const { table: next, warnings } = open(disk);
  expect(await next.start({ ...log, last: history.last() })).toBe(history.last());
  expect(everything(next)).toEqual(everything(table));
  expect(next.placesOf({ kind: 'reversed-usage', owner: 'other', id: 'u1' })).toEqual([8]);
  expect(warnings).toEqual([]);
});

test('a log whose end is no event of its own: snapshots are written once the table was told that it has caught up', async () => {
  const disk = createSimulatedDisk();
  const { table } = open(disk);
  await table.start({ ...log, last: 1_000 });
  const history = createTestLog(table);
  const isThere = async (): Promise<boolean> => {
    await new Promise((resolve) => setImmediate(resolve));
    return disk.folder('account-table').names().includes('snapshot');
  };
  history.record(opened('acme'), paid('acme', '5'), paid('acme', '6'));
  expect(await isThere()).toBe(false);
  table.caughtUp();
  history.record(paid('acme', '7'));
  await expect(isThere()).resolves.toBe(true);
});

test('a snapshot that is damaged in any of its parts is made anew from the log, with a warning', async () => {
  const disk = createSimulatedDisk();
  const { table, history } = await recorded(disk);
  const whole = await contentOf(disk);
  for (let at = 0; at < whole.length; at += 37) {
    const bytes = Buffer.from(whole);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 0x41, at);
    await overwrite(disk, bytes);
    const { table: next, warnings } = open(disk);
    const from = await next.start({ ...log, last: history.last() });
    expect(from).toBe(0);
    expect(warnings).toHaveLength(1);
    history.replay(next, from, () => 2);
    expect(everything(next)).toEqual(everything(table));
  }
});

test('a snapshot that was cut off anywhere is made anew from the log', async () => {
  const disk = createSimulatedDisk();
  const { history } = await recorded(disk);
  const whole = await contentOf(disk);
  for (let length = 0; length < whole.length; length += 29) {
    await overwrite(disk, whole.subarray(0, length));
    const { table: next, warnings } = open(disk);
    expect(await next.start({ ...log, last: history.last() })).toBe(0);
    expect(warnings).toHaveLength(1);
  }
});

test('a snapshot of another log, or of another page size, is made anew', async () => {
  const disk = createSimulatedDisk();
  const { history } = await recorded(disk);
  const other = open(disk);
  expect(await other.table.start({ ...log, ledger: 'another', last: history.last() })).toBe(0);
  expect(other.warnings[0]).toContain('it is of another log');
  const wider = open(disk, { slotsPerPage: 8 });
  expect(await wider.table.start({ ...log, last: history.last() })).toBe(0);
  expect(wider.warnings[0]).toContain('another version of Tollgate wrote it');
});

test('a snapshot that holds more than the log refuses the start with both positions', async () => {
  const disk = createSimulatedDisk();
  const { history } = await recorded(disk);
  const last = history.last();
  await expect(open(disk).table.start({ ...log, last: last - 1 })).rejects.toThrow(
    `the account table is at position ${String(last)}, ahead of the log at ${String(last - 1)}`,
  );
});

test('a disk that takes no snapshot warns, and the table goes on', async () => {
  const full: DiskFault = { code: 'ENOSPC' };
  const disk = createSimulatedDisk({ fault: ({ path }) => (path.endsWith('snapshot.new') ? full : undefined) });
  const { table, warnings } = open(disk);
  await table.start({ ...log, last: 0 });
  const history = createTestLog(table);
  history.record(opened('acme'), paid('acme', '1'), paid('acme', '1', 'p2'));
  await new Promise(setImmediate);
  history.record(used('acme', '1'));
  await table.close();
  expect(warnings[0]).toContain('the snapshot of the account table cannot be written');
  expect(table.facts('acme')?.revision).toBe(3);
});

const mebibyte = 1 << 20;

test.each([
  ['cannot be finished takes no room from the log', { code: 'ENOSPC', keptBytes: 10 } as const, Infinity],
  ['would leave the log less than 16 MiB is not begun', undefined, 16 * mebibyte],
])('a snapshot that %s: it used to stand there half written', async (_which, fault, leftBytes) => {
  const disk = createSimulatedDisk({
    fault: ({ path, kind }) => (kind === 'write' && path.endsWith('snapshot.new') ? fault : undefined),
    freeBytes: () => leftBytes,
  });
  const { table, warnings } = open(disk, { ids: { merge: mergeInline, tableIds: 100 } });
  await table.start({ ...log, last: 0 });
  createTestLog(table).record(opened('acme'), paid('acme', '1'), paid('acme', '1', 'p2'));
  await table.close();
  expect(warnings[0]).toContain('the snapshot of the account table cannot be written');
  expect(disk.folder('account-table').names()).toEqual([]);
});

test.each(['before', 'while'])('a group that could not be folded %s a snapshot was due leaves none', async (when) => {
  const disk = createSimulatedDisk({ turn: () => new Promise(setImmediate) });
  const { table, warnings } = open(disk, { snapshotEvents: when === 'while' ? 2 : 100 });
  await table.start({ ...log, last: 0 });
  const history = createTestLog(table);
  history.record(opened('acme', { balances: ['inbound'] }), opened('b'), opened('c'), opened('d'), opened('e'));
  const [due] = dueDecisions(table);
  if (due === undefined) throw new Error('a decision is due');
  await new Promise(setImmediate);
  expect(() => {
    history.record(paid('acme', '1'), due, due, due);
  }).toThrow(LogDamaged);
  await table.close();
  expect(disk.folder('account-table').names()).not.toContain('snapshot');
  expect(warnings).toHaveLength(when === 'while' ? 1 : 0);
});

test('a table that only looks takes over the snapshot and writes nothing', async () => {
  const disk = createSimulatedDisk();
  const { table, history } = await recorded(disk);
  const before = await contentOf(disk);
  const { table: looking, warnings } = open(disk, { isReadOnly: true });
  expect(await looking.start({ ...log, last: history.last() + 4 })).toBe(history.last());
  expect(everything(looking)).toEqual(everything(table));
  history.feed(looking);
  history.record(paid('acme', '1', 'p7'), paid('acme', '1', 'p8'), paid('acme', '1', 'p9'), paid('acme', '1', 'p10'));
  await looking.close();
  expect(looking.place()).toBe(history.last());
  expect((await contentOf(disk)).equals(before)).toBe(true);
  expect(warnings).toEqual([]);
});

/** Where this changes, so must `foldVersion`: an older snapshot would be taken for what the fold gives now. */
test('the fold of a fixed history is stored byte for byte as foldVersion 4 stores it', async () => {
  const disk = createSimulatedDisk();
  await recorded(disk);
  expect(
    createHash('sha256')
      .update(await contentOf(disk))
      .digest('hex'),
  ).toBe('59fb1c0a718195432da3a82bfa69f521cf0bfd61227c6ab14b8ca74f49b90621');
});
