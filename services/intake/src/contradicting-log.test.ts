import type { LogEvent } from '@tollgate/contracts';
import { LogDamaged, LogUnreadable } from '@tollgate/event-store';
import type { EventLog } from '@tollgate/event-store';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import type { Intent } from './intent';
import { ledgerOn, receivedAt, submit } from './ledger.fixture';

const open: Intent = { type: 'OpenAccount', data: { accountId: 'acme', currency: 'EUR' } };
const call = {
  type: 'ChargeUsage',
  data: { usageId: 'u1', accountId: 'acme', direction: 'inbound', amount: '1', currency: 'EUR' },
} as const satisfies Intent;

/** What is answered to a call that was charged before, and to a new one, by a log that says otherwise. */
const repeatOn = async (contradict: (log: EventLog<LogEvent>) => Partial<EventLog<LogEvent>>): Promise<unknown> => {
  const log = createMemoryEventLog<LogEvent>();
  let contradiction: Partial<EventLog<LogEvent>> = {};
  const ledger = ledgerOn({
    ...log,
    append: (appends) => (contradiction.append ?? log.append)(appends),
    read: (position) => (contradiction.read ?? log.read)(position),
  });
  await submit(ledger, open, call);
  contradiction = contradict(log);
  const ended = ledger.failed.catch((error: unknown) => error);
  const answered = await submit(ledger, call, { ...call, data: { ...call.data, usageId: 'u2' } }).catch(
    (error: unknown) => error,
  );
  contradiction = {};
  // What met a broken invariant writes nothing any more, and says so for the process to end.
  expect(answered).toBe(await ended);
  await expect(submit(ledger, call)).rejects.toBe(answered);
  expect(ledger.queued()).toBe(0);
  await ledger.close();
  return answered;
};

describe('a log that contradicts the table ends the ledger, where it used to answer, to spin or to go on:', () => {
  test('the log has no event where the table knows one', async () => {
    expect(await repeatOn(() => ({ read: () => Promise.resolve(undefined) }))).toMatchObject({
      message: 'usage acme u1 should stand at 2, where the log has nothing',
    });
  });

  test('the event there is none of an account', async () => {
    const read: EventLog<LogEvent>['read'] = (position) =>
      Promise.resolve({
        type: 'UsageCharged',
        data: call.data,
        metadata: { source: { receivedAt } },
        eventId: 'e1',
        stream: 'rejected-t-0',
        revision: 1,
        position,
        recordedAt: receivedAt,
      });
    expect(await repeatOn(() => ({ read }))).toMatchObject({
      message: 'UsageCharged stands in rejected-t-0, where only intake writes to account-acme',
    });
  });

  test('the log recorded less than it was given', async () => {
    const append: EventLog<LogEvent>['append'] = (appends) =>
      Promise.resolve(appends.map(() => ({ status: 'recorded', positions: [] })));
    expect(await repeatOn(() => ({ append }))).toMatchObject({
      message: 'the log recorded fewer events of account-acme than it was given',
    });
  });

  test('the log refuses what follows its last event: 300,000 refusals in a row kept every timer from firing', async () => {
    const append: EventLog<LogEvent>['append'] = (appends) =>
      Promise.resolve(
        appends.map(({ expectedRevision }) => ({ status: 'conflict', currentRevision: expectedRevision })),
      );
    expect(await repeatOn(() => ({ append }))).toMatchObject({
      message: 'account-acme ends at revision 1, though 1 was read from it: the log contradicts itself',
    });
  });

  test('the log refuses for an event that it does not hold', async () => {
    const append: EventLog<LogEvent>['append'] = (appends) =>
      Promise.resolve(appends.map(() => ({ status: 'conflict', currentRevision: 5 })));
    expect(await repeatOn(() => ({ append }))).toMatchObject({
      message: 'account-acme refuses an append for its revision 5, which it does not hold',
    });
  });
});

test.each([new LogUnreadable('an event of a newer version'), new LogDamaged('an event of somebody else')])(
  'a log that cannot be read on fails the ledger with what it met (%s); who submits used to be told of a fault inside, and is told that the log cannot be used now',
  async (unreadable) => {
    const log = createMemoryEventLog<LogEvent>();
    let isMet = false;
    const ledger = ledgerOn({ ...log, read: (position) => (isMet ? Promise.reject(unreadable) : log.read(position)) });
    await submit(ledger, open, call);
    isMet = true;
    const ended = ledger.failed.catch((error: unknown) => error);
    for (let times = 0; times < 2; times += 1)
      await expect(submit(ledger, call)).rejects.toMatchObject({
        name: 'LogUnavailable',
        message: `the event log cannot be read on: ${unreadable.message}`,
      });
    expect(await ended).toBe(unreadable);
    await ledger.close();
  },
);
