import type { ClosedStatement } from '@tollgate/balance';
import type { LogEvent } from '@tollgate/contracts';
import type { EventLog } from '@tollgate/event-store';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import { opened, paid, used } from './calls.fixture';
import { closeStatement, createClosings } from './close-statement';
import { ledgerOn, receivedAt, short, submit } from './ledger.fixture';

const metadata = { source: { receivedAt } };
const [january, february, march] = ['2026-02-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z', '2026-04-01T00:00:00.000Z'];

/** A ledger whose clock is put on by hand. */
const setUp = () => {
  const clock = { now: '2026-01-31T12:00:00.000Z' };
  const log = createMemoryEventLog<LogEvent>({ clock: () => new Date(clock.now) });
  const ledger = ledgerOn(log);
  const parts = { ledger, log, table: ledger.table };
  const at = async (now: string, ...intents: Parameters<typeof submit>[1][]): Promise<void> => {
    clock.now = now;
    await submit(ledger, ...intents);
  };
  const close = async (statementId: string, to: string): Promise<string> =>
    short(await closeStatement(parts, { accountId: 'acme', statementId, to }, metadata));
  const closed = (): ClosedStatement[] =>
    log.events().flatMap((event) => (event.type === 'StatementClosed' ? [event.data] : []));
  return { at, close, closed, ledger, log, parts };
};

/** The same log, and how many events were read of streams. */
const countingReads = (log: EventLog<LogEvent>) => {
  let read = 0;
  const counted: EventLog<LogEvent> = {
    ...log,
    readStream: async (...given) => {
      const events = await log.readStream(...given);
      read += events.length;
      return events;
    },
  };
  return { counted, read: () => read };
};

test('a statement covers what was recorded before its end and is in none before; what comes late is in the next', async () => {
  const { at, close, closed } = setUp();
  await at('2026-01-31T12:00:00.000Z', opened(), paid('p1', '100'), used('u1', '0.5'));
  await at('2026-02-01T00:00:00.000Z', used('u2', '7', { endedAt: '2026-01-31T23:59:00Z' }));
  expect(await close('2026-01', january)).toBe('+4');
  await at('2026-02-28T00:00:00.000Z', paid('p2', '1'));
  expect(await close('2026-02', february)).toBe('+6');
  const [first, second] = closed();
  expect(first).toMatchObject({ number: 1, to: january, fromRevision: 0, throughRevision: 2, entries: 2 });
  expect(first).not.toHaveProperty('from');
  expect(first?.figures.inbound).toEqual({
    ...{ opening: '0', payments: '100', usage: '0.5', adjustments: '0', closing: '99.5' },
  });
  expect(second).toMatchObject({ number: 2, from: january, to: february, fromRevision: 3, throughRevision: 5 });
  expect(second?.figures.inbound).toEqual({
    ...{ opening: '99.5', payments: '1', usage: '7', adjustments: '0', closing: '93.5' },
  });
});

test('closed again it is the same statement, whatever came since; with another end it is a conflict', async () => {
  const { at, close, closed } = setUp();
  await at('2026-01-31T12:00:00.000Z', opened(), paid('p1', '100'));
  expect(await close('2026-01', january)).toBe('+2');
  await at('2026-02-28T00:00:00.000Z', used('u1', '5'));
  expect(await close('2026-01', '2026-02-01T00:00:00+00:00')).toBe('=2');
  expect(await close('2026-01', february)).toBe('ID_CONFLICT');
  expect(closed()).toHaveLength(1);
});

test.each([
  { what: 'not open', intents: [], to: january, told: 'ACCOUNT_NOT_FOUND' },
  { what: 'opened later', intents: [opened()], to: '2026-01-31T12:00:00.000Z', told: 'STATEMENT_PERIOD_INVALID' },
  { what: 'without entries', intents: [opened()], to: january, told: '+1' },
])('an account that is $what is answered $told', async ({ intents, to, told }) => {
  const { at, close } = setUp();
  await at('2026-01-31T12:00:00.000Z', ...intents);
  expect(await close('s', to)).toBe(told);
});

test('a time that a closed statement covers is refused, and an empty statement is one', async () => {
  const { at, close, closed } = setUp();
  await at('2026-01-31T12:00:00.000Z', opened(), paid('p1', '100'));
  await close('a', february);
  expect(await close('b', january)).toBe('STATEMENT_PERIOD_INVALID');
  expect(await close('b', february)).toBe('STATEMENT_PERIOD_INVALID');
  expect(await close('b', march)).toBe('+3');
  expect(closed()[1]).toMatchObject({ fromRevision: 2, throughRevision: 2, entries: 0 });
});

test('many that are closed at once come one after another, and no event is in two of them', async () => {
  const { at, close, closed } = setUp();
  await at('2026-01-31T12:00:00.000Z', opened(), paid('p1', '100'));
  const ends = Array.from({ length: 20 }, (_, day) => `2026-02-${String(day + 1).padStart(2, '0')}T00:00:00Z`);
  const told = await Promise.all(ends.map((to) => close(to, to)));
  const made = closed();
  expect(told.filter((one) => one.startsWith('+'))).toHaveLength(made.length);
  expect(told.filter((one) => one === 'STATEMENT_PERIOD_INVALID')).toHaveLength(ends.length - made.length);
  expect(made.map(({ number }) => number)).toEqual(made.map((_, index) => index + 1));
  for (const [index, { fromRevision, figures }] of made.entries()) {
    expect(fromRevision).toBe((made[index - 1]?.throughRevision ?? -1) + 1);
    expect(figures.inbound.opening).toBe(made[index - 1]?.figures.inbound.closing ?? '0');
  }
});

test('what is recorded before its end while it waits for its turn is in it: it is read to the last moment', async () => {
  const { at, closed, ledger, log, parts } = setUp();
  await at('2026-01-31T12:00:00.000Z', opened());
  const slow = {
    ...parts,
    ledger: {
      submit: async (...given: Parameters<typeof ledger.submit>) => {
        await at('2026-01-31T23:59:59.999Z', paid('p1', '100'));
        return ledger.submit(...given);
      },
    },
  };
  await closeStatement(slow, { accountId: 'acme', statementId: 's', to: january }, metadata);
  expect(closed()[0]).toMatchObject({ throughRevision: 1, entries: 1 });
  expect(log.events()).toHaveLength(3);
});

test('many closings at once each read the whole account, over and over, while others waited', async () => {
  const { at, closed, log, parts } = setUp();
  const calls = Array.from({ length: 2_000 }, (_, index) => used(`u${String(index)}`, '1'));
  await at('2026-01-31T12:00:00.000Z', opened(), ...calls);
  const { counted, read } = countingReads(log);
  const close = createClosings({ ...parts, log: counted });
  const ends = Array.from({ length: 20 }, (_, day) => `2026-02-${String(day + 1).padStart(2, '0')}T00:00:00Z`);
  await Promise.all(ends.map((to) => close({ accountId: 'acme', statementId: to, to }, metadata)));
  expect(closed()).toHaveLength(ends.length);
  expect(read()).toBeLessThan(2 * calls.length);
});

test('a closing that is repeated, or that the one before covers, read all that the account has since', async () => {
  const { at, closed, log, parts } = setUp();
  await at('2026-01-31T12:00:00.000Z', opened(), paid('p1', '100'));
  const { counted, read } = countingReads(log);
  const close = async (statementId: string, to: string): Promise<string> =>
    short(await closeStatement({ ...parts, log: counted }, { accountId: 'acme', statementId, to }, metadata));
  await close('2026-01', january);
  await at('2026-02-01T12:00:00.000Z', ...Array.from({ length: 2_000 }, (_, index) => used(`u${String(index)}`, '1')));
  const before = read();
  expect(await close('2026-01', january)).toBe('=2');
  expect(await close('2026-01', march)).toBe('ID_CONFLICT');
  expect(await close('2026-00', january)).toBe('STATEMENT_PERIOD_INVALID');
  expect(read()).toBe(before);
  expect(closed()).toHaveLength(1);
});

test('a closing that fails keeps none that waits from its turn', async () => {
  const { at, closed, ledger, parts } = setUp();
  await at('2026-01-31T12:00:00.000Z', opened());
  const given: string[] = [];
  const failing: typeof ledger.submit = (intents, ...more) => {
    given.push('asked');
    return given.length === 1 ? Promise.reject(new Error('no disk')) : ledger.submit(intents, ...more);
  };
  const close = createClosings({ ...parts, ledger: { submit: failing } });
  const [first, second] = await Promise.allSettled(
    ['a', 'b'].map((statementId) => close({ accountId: 'acme', statementId, to: january }, metadata)),
  );
  expect([first?.status, second?.status]).toEqual(['rejected', 'fulfilled']);
  expect(closed()).toMatchObject([{ statementId: 'b', number: 1 }]);
});
