import type { Metadata } from '@tollgate/balance';
import { accountStream } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import { addBatch, createClosedStatements, openAccountTable } from './index';
import { closedAs } from './statements.fixture';

const metadata: Metadata = { source: { receivedAt: '2026-01-31T12:00:00.000Z' } };
/** A log in which accounts have so many closed statements. */
const withStatements = async (counts: Readonly<Record<string, number>>) => {
  const log = createMemoryEventLog<LogEvent>();
  const table = openAccountTable();
  await table.start({ ledger: 'test', seed: new Uint8Array(16), last: 0 });
  for (const [accountId, count] of Object.entries(counts)) {
    const opening: LogEvent = { type: 'AccountOpened', data: { accountId, currency: 'EUR' }, metadata };
    const events = [opening, ...Array.from({ length: count }, (_, index) => closedAs(accountId, index + 1).event)];
    const named = events.map((event, index) => ({ ...event, eventId: `${accountId}-${String(index)}` }));
    await log.append([{ stream: accountStream(accountId), expectedRevision: -1, events: named }]);
  }
  await addBatch(table, log.events(), log.read);
  return createClosedStatements({ log, table });
};

test.each([0, 1, 2, 3, 4, 7, 8, 9, 100])('of %i statements the last one is found', async (count) => {
  const statements = await withStatements({ acme: count, other: 5 });
  expect((await statements.last('acme'))?.data.number).toBe(count === 0 ? undefined : count);
});

test('a statement is found by its id and by its number, of its own account alone', async () => {
  const statements = await withStatements({ acme: 3, other: 1 });
  expect((await statements.named('acme', 's2'))?.revision).toBe(2);
  expect((await statements.numbered('acme', 3))?.revision).toBe(3);
  expect(await statements.named('other', 's2')).toBeUndefined();
  expect(await statements.numbered('acme', 4)).toBeUndefined();
  expect(await statements.last('nobody')).toBeUndefined();
});

test('what an id and a number are found under differs, even where an id is written like one', async () => {
  const statements = await withStatements({ acme: 1 });
  expect(await statements.named('acme', 'number 1')).toBeUndefined();
});
