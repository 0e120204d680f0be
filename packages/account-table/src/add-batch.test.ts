import { accountStream } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import { LogDamaged } from '@tollgate/event-store';
import type { RecordedEvent } from '@tollgate/event-store';
import { addBatch, openAccountTable } from './index';
import type { AccountTable } from './index';
import { createTestLog, log } from './log.fixture';
import { opened, paid } from './story.fixture';

/** A table that follows a log of one account and a payment, and the event of somebody else behind them. */
const foldForeign = async (
  data: object,
  as: { type: string; metadata: object } = { type: 'PaymentRecorded', metadata: {} },
): Promise<{ table: AccountTable; error: unknown }> => {
  const source = openAccountTable();
  await source.start({ ...log, last: 0 });
  const history = createTestLog(source);
  history.record(opened('acme'), paid('acme', '5'));
  const table = openAccountTable();
  await table.start({ ...log, last: 0 });
  await addBatch(table, history.events(), history.read);
  const foreign = {
    ...as,
    ...{ eventId: 'event-3', recordedAt: '2026-01-31T12:00:00.000Z' },
    ...{ stream: accountStream('acme'), revision: 2, position: 3n, data },
  } as unknown as RecordedEvent<LogEvent>;
  try {
    await addBatch(table, [foreign], history.read);
    return { table, error: undefined };
  } catch (error) {
    return { table, error };
  }
};

const payment = { paymentId: 'p2', accountId: 'acme', direction: 'inbound', amount: '1', currency: 'EUR' };

test('an event whose keys stand in another order is folded as any other', async () => {
  const { table, error } = await foldForeign(Object.fromEntries(Object.entries(payment).reverse()));
  expect(error).toBeUndefined();
  expect(table.partner('acme')?.revision).toBe(2);
});

test.each([
  ['an amount that is none', { ...payment, amount: '01.50' }, 'not an amount: "01.50"'],
  ['a number for an amount', { ...payment, amount: 1.5 }, 'is not a function'],
  ['no id', { ...payment, paymentId: undefined }, 'Cannot read properties of undefined'],
  ['a direction that is none', { ...payment, direction: 'inbuond' }, 'Cannot read properties of undefined'],
])(
  'an event of somebody else with %s was refused without a word on which event that is; now by position, type and stream',
  async (_, data, reason) => {
    const { table, error } = await foldForeign(data);
    expect(error).toBeInstanceOf(LogDamaged);
    expect(String(error)).toContain(
      'the event at position 3, PaymentRecorded in account-acme, was not written by Tollgate',
    );
    expect(String(error)).toContain(reason);
    expect(table.place()).toBe(2);
  },
);

test.each([
  ['of an id that counts', { ...payment, paymentId: 'p1' }, 'payment p1 of acme counted before, at position 2'],
  ['below zero', { ...payment, amount: '-1' }, 'a payment of -1, which is not above zero'],
  ['of nothing', { ...payment, amount: '0' }, 'a payment of 0, which is not above zero'],
])('a payment of somebody else %s was counted; now it is refused', async (_, data, reason) => {
  const { table, error } = await foldForeign(data);
  expect(error).toBeInstanceOf(LogDamaged);
  expect(String(error)).toContain(reason);
  expect(table.partner('acme')?.revision).toBe(1);
});

test.each([
  ['another amount', { kind: 'payment', id: 'p1' }, 'undoes 6 inbound of payment p1 of acme, which was 5 inbound'],
  ['what is not there', { kind: 'payment', id: 'p9' }, 'undoes payment p9 of acme, which is not in the log before it'],
  ['it does not say what', undefined, 'Cannot read properties of undefined'],
])('a reversal of somebody else that takes back %s was counted; now it is refused', async (_, of, reason) => {
  const { table, error } = await foldForeign(
    { reversalId: 'r1', accountId: 'acme', of, reason: 'mine', actor: 'me' },
    { type: 'EntryReversed', metadata: { reversed: { direction: 'inbound', amount: '6' } } },
  );
  expect(error).toBeInstanceOf(LogDamaged);
  expect(String(error)).toContain(reason);
  expect(table.partner('acme')?.revision).toBe(1);
});

test.each([
  ['another account', { ...payment, accountId: 'globex' }, 'an event of account globex stands in account-acme'],
  [
    'another currency',
    { ...payment, currency: 'USD' },
    'an amount in USD stands in account-acme, which is kept in EUR',
  ],
])('an event of somebody else in %s was counted in this one; now it is refused', async (_, data, reason) => {
  const { table, error } = await foldForeign(data);
  expect(error).toBeInstanceOf(LogDamaged);
  expect(String(error)).toContain(reason);
  expect(table.partner('acme')?.revision).toBe(1);
});
