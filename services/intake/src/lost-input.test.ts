import type { LogEvent } from '@tollgate/contracts';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import { ledgerOn } from './ledger.fixture';
import { openLostInput } from './lost-input';

type Log = ReturnType<typeof createMemoryEventLog<LogEvent>>;

const days = ['2026-01-31T12:00:00.000Z', '2026-02-01T12:00:00.000Z'];
const gap = { topic: 'usage', partition: 3, from: '5', to: '8', why: 'deleted', logPosition: '17' } as const;

/** Tollgate as one start has it, on a day. */
const startOn = async (log: Log, day = 0) => {
  const warnings: object[] = [];
  const ledger = ledgerOn(log);
  await ledger.submit([]);
  await ledger.forecast([]);
  const lost = await openLostInput({
    ...{ ledger, log, table: ledger.table, clock: () => new Date(days[day] ?? '') },
    logger: { debug: () => undefined, info: () => undefined, warn: (facts: object) => warnings.push(facts) } as never,
  });
  return { ...lost, warnings, close: ledger.close };
};

test('messages that were lost before they could be read left no trace', async () => {
  const log = createMemoryEventLog<LogEvent>();
  const { note, gaps, warnings } = await startOn(log);
  await note([gap]);
  const data = { ...gap, noticedAt: days[0] };
  expect(log.events()).toMatchObject([{ stream: 'lost-usage-3', type: 'InputLost', data, metadata: {} }]);
  expect(gaps()).toEqual([{ count: 1, last: data }]);
  expect(warnings).toEqual([{ ...data, position: '1' }]);
});

test('a gap that is noticed again, also after a restart on another day, is told of once', async () => {
  const log = createMemoryEventLog<LogEvent>();
  const first = await startOn(log);
  await first.note([gap, gap]);
  await first.note([gap]);
  await first.close();
  const second = await startOn(log, 1);
  expect(second.gaps()).toEqual([{ count: 1, last: { ...gap, noticedAt: days[0] } }]);
  await second.note([gap, { ...gap, from: '6' }]);
  expect(log.events()).toHaveLength(1);
  expect(second.warnings).toEqual([]);
});

test('another gap counts for itself: of another partition, further on, or the same offsets after something was read', async () => {
  const log = createMemoryEventLog<LogEvent>();
  const { note, gaps } = await startOn(log);
  const later = { ...gap, logPosition: '18' };
  await note([gap, { ...gap, partition: 4 }, { ...gap, to: '9' }, later]);
  expect(gaps().map(({ count, last }) => [last.partition, count, last.logPosition])).toEqual([
    [3, 3, '18'],
    [4, 1, '17'],
  ]);
  expect(log.events()).toHaveLength(4);
});

test('of a commit without a note, the offset says which gap it is', async () => {
  const log = createMemoryEventLog<LogEvent>();
  const { note } = await startOn(log);
  const { logPosition: _none, ...unnoted } = gap;
  await note([unnoted, unnoted, { ...unnoted, from: '6' }]);
  expect(log.events()).toHaveLength(2);
});
