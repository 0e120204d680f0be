import { directions } from '@tollgate/balance';
import { commandIdOf, switchStream } from '@tollgate/contracts';
import type { Acknowledgement, LogEvent } from '@tollgate/contracts';
import { createSimulatedDisk } from '@tollgate/folder/simulated';
import { mergeInline } from './ids';
import { acknowledgementKey, openAccountTable } from './index';
import type { AccountTable } from './index';
import { createTestLog, log } from './log.fixture';
import { dueDecisions, opened, paid, used } from './story.fixture';

const appliedAt = '2026-01-31T12:00:01.000Z';
const later = Date.parse('2026-01-31T13:00:00.000Z');

const told = (switchId: string, sequence: number, result: Acknowledgement['result'] = 'applied') => {
  const place = { accountId: 'acme', direction: 'inbound', sequence } as const;
  const data = { ...place, commandId: commandIdOf(place), switchId, appliedAt, callsCut: 2, result };
  return {
    stream: switchStream(switchId),
    event: { type: 'CommandAcknowledged', data, metadata: {} } satisfies LogEvent,
  };
};

const open = async (switches: string[], folder = createSimulatedDisk().folder('account-table'), last = 0) => {
  const table = openAccountTable({
    folder,
    switches,
    slotsPerPage: 2,
    snapshotEvents: 3,
    ids: { merge: mergeInline, tableIds: 1 },
  });
  return { table, from: await table.start({ ...log, last }) };
};

const owedIn = (table: AccountTable, byMs = later) =>
  [...table.unapplied(byMs)].map(
    ({ accountId, sequence, switches }) => `${accountId} ${String(sequence)} ${switches.join()}`,
  );
const shownIn = (table: AccountTable) =>
  table.blocked({ limit: 10 }).items.map(({ acknowledgements, pending }) => ({
    told: acknowledgements.map(({ switchId, result }) => `${switchId} ${result}`),
    pending,
  }));

test('a command is owed by every named switch until each has applied it', async () => {
  const { table } = await open(['a', 'b']);
  const history = createTestLog(table);
  history.record(opened('acme', { balances: ['inbound'] }));
  expect(owedIn(table)).toEqual([]);
  history.record(...dueDecisions(table));
  expect(owedIn(table)).toEqual(['acme 1 a,b']);
  expect(owedIn(table, Date.parse('2026-01-31T12:00:00.000Z'))).toEqual([]);
  history.record(told('a', 1), told('stranger', 1));
  expect(shownIn(table)).toEqual([{ told: ['a applied', 'stranger applied'], pending: ['b'] }]);
  history.record(told('b', 1, 'failed'));
  expect(shownIn(table)).toEqual([{ told: ['a applied', 'stranger applied', 'b failed'], pending: ['b'] }]);
  history.record(told('b', 1, 'stale'), told('a', 1, 'failed'));
  expect(shownIn(table)).toEqual([{ told: ['a applied', 'stranger applied', 'b stale'], pending: [] }]);
  expect(owedIn(table)).toEqual([]);
  expect(table.placesOf(acknowledgementKey(told('b', 1, 'stale').event.data))).toEqual([6]);
});

test('the next command is owed anew, and what is told of the one before changes nothing', async () => {
  const { table } = await open(['a']);
  const history = createTestLog(table);
  history.record(opened('acme', { balances: ['inbound'] }));
  history.record(...dueDecisions(table));
  history.record(told('a', 1), paid('acme', '1'));
  history.record(...dueDecisions(table));
  expect(owedIn(table)).toEqual(['acme 2 a']);
  history.record(used('acme', '1'));
  history.record(...dueDecisions(table));
  history.record(told('a', 2));
  expect(shownIn(table)).toEqual([{ told: [], pending: ['a'] }]);
  expect(owedIn(table)).toEqual(['acme 3 a']);
});

test('a snapshot and a replay give the same, whoever must answer then', async () => {
  const folder = createSimulatedDisk().folder('account-table');
  const { table } = await open(['a'], folder);
  const history = createTestLog(table);
  history.record(opened('acme', { balances: ['inbound'] }), opened('other', { balances: ['outbound'] }));
  history.record(...dueDecisions(table));
  history.record(told('a', 1));
  await table.close();
  for (const from of [folder, undefined]) {
    const again = await open(['a', 'b'], from, history.last());
    expect(again.from).toBe(from === undefined ? 0 : history.last());
    history.replay(again.table, again.from, () => 2);
    expect(owedIn(again.table).sort()).toEqual(['acme 1 b', 'other 1 a,b']);
    expect(shownIn(again.table)).toEqual([
      { told: ['a applied'], pending: ['b'] },
      { told: [], pending: ['a', 'b'] },
    ]);
    expect(directions.map((one) => again.table.lastDecision('acme', one)?.sequence)).toEqual([1, undefined]);
    await again.table.close();
  }
});
