import type { LogEvent } from '@tollgate/contracts';
import { LogUnavailable } from '@tollgate/event-store';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import { asked, opened, paid, released } from './calls.fixture';
import { itemsOf, ledgerOn, receivedAt } from './ledger.fixture';
import { startReservationClock } from './reservation-clock';

const at = (seconds: number): Date => new Date(Date.parse(receivedAt) + seconds * 1_000);

const createLogger = () => {
  const warnings: string[] = [];
  const ignore = (): void => undefined;
  return {
    warnings,
    debug: ignore,
    info: ignore,
    error: ignore,
    warn: (_facts: object, text: string) => void warnings.push(text),
  };
};

const waitFor = async (isSo: () => boolean): Promise<void> => {
  const deadline = Date.now() + 15_000;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

const expiries = (log: { events(): readonly LogEvent[] }) =>
  log.events().flatMap((event) => (event.type === 'ReservationExpired' ? [event] : []));

test('what was granted and is over by the clock ends by an event, once, with two clocks at work; what goes on stays', async () => {
  const log = createMemoryEventLog<LogEvent>();
  const [one, other] = [ledgerOn(log), ledgerOn(log)];
  await one.submit(itemsOf([opened(), paid('p1', '9'), asked('short', { requestedSeconds: 2 }), asked('long')]));
  const logger = createLogger();
  const clocks = [one, other].map((ledger) =>
    startReservationClock({ ledger, table: ledger.table, clock: () => at(123), logger }),
  );
  await waitFor(() => expiries(log).length > 0);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  await Promise.all(clocks.map((clock) => clock.stop()));
  expect(expiries(log).map(({ data, metadata }) => [data.authorizationId, metadata.source.receivedAt])).toEqual([
    ['short', at(123).toISOString()],
  ]);
  expect(one.table.held()).toMatchObject({ live: 1, unsettled: 1, unsettledSince: at(123).toISOString() });
}, 30_000);

test('calls whose usage does not come are warned of, and a log that takes nothing is tried again', async () => {
  const log = createMemoryEventLog<LogEvent>();
  const ledger = ledgerOn(log);
  await ledger.submit(itemsOf([opened(), paid('p1', '9'), asked('a'), released('a', 60), asked('b')]));
  const logger = createLogger();
  let refusals = 0;
  const submit: typeof ledger.submit = (items) => {
    refusals += 1;
    return refusals < 3 ? Promise.reject(new LogUnavailable('the disk is full')) : ledger.submit(items);
  };
  const clock = startReservationClock({ ledger: { submit }, table: ledger.table, clock: () => at(1_000), logger });
  await waitFor(() => expiries(log).length === 1);
  await clock.stop();
  expect(logger.warnings.sort()).toEqual([
    expect.stringContaining('reservations cannot be ended now'),
    expect.stringContaining('the usage of calls that have ended does not come'),
  ]);
}, 30_000);
