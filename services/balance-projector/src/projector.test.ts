import { openAccountTable } from '@tollgate/account-table';
import type { LogEvent } from '@tollgate/contracts';
import { SubscriptionDropped } from '@tollgate/event-store';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import { createSimulatedDisk } from '@tollgate/folder/simulated';
import type { Log } from '@tollgate/service-runtime';
import { startBalanceProjector } from './projector';

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const metadata = { source: { receivedAt: '2026-01-31T12:00:00.000Z' } };
const opening: LogEvent = { type: 'AccountOpened', data: { accountId: 'acme', currency: 'EUR' }, metadata };
const paid = (paymentId: string): LogEvent => ({
  type: 'PaymentRecorded',
  data: { paymentId, accountId: 'acme', direction: 'inbound', amount: '1', currency: 'EUR' },
  metadata,
});

test('where a log ends with an event of somebody else’s, the table is caught up all the same and keeps what it has folded', async () => {
  const log = createMemoryEventLog<LogEvent>();
  await log.append([{ stream: 'account-acme', expectedRevision: -1, events: [{ ...opening, eventId: 'e0' }] }]);
  const folder = createSimulatedDisk().folder('account-table');
  const table = openAccountTable({ folder, snapshotEvents: 1 });
  await table.start({ ledger: 'test', seed: new Uint8Array(16), last: 1_000 });
  const before = folder.names();
  const projector = startBalanceProjector({ table, logger: silent, log });
  await projector.caughtUp;
  await log.append([{ stream: 'account-acme', expectedRevision: 0, events: [{ ...paid('p'), eventId: 'e1' }] }]);
  expect(await table.reached(2, 10_000)).toBe(true);
  await projector.stop();
  for (let turns = 0; turns < 100; turns += 1) await new Promise(setImmediate);
  expect(folder.names()).not.toEqual(before);
  await table.close();
});

test('folds each event once, however often the subscription drops and whatever it gives again', async () => {
  const log = createMemoryEventLog<LogEvent>();
  const events = [opening, ...Array.from({ length: 50 }, (_, index) => paid(`p${String(index)}`))];
  await log.append([
    {
      stream: 'account-acme',
      expectedRevision: -1,
      events: events.map((event, index) => ({ ...event, eventId: `e${String(index)}` })),
    },
  ]);
  let drops = 3;
  const table = openAccountTable();
  await table.start({ ledger: 'test', seed: new Uint8Array(16), last: 0 });
  const projector = startBalanceProjector({
    table,
    logger: silent,
    log: {
      ...log,
      subscribe: async function* ({ after = 0n, ...subscription }) {
        // Begins earlier than asked, as a log may that counts in larger steps.
        const from = after > 3n ? after - 3n : undefined;
        for await (const batch of log.subscribe({ ...subscription, after: from, maxEvents: 7 })) {
          yield batch;
          if (!batch.isCaughtUp && drops-- > 0) throw new SubscriptionDropped('too slow');
        }
      },
    },
  });
  expect(await table.reached(51, 10_000)).toBe(true);
  await projector.stop();
  expect(table.partner('acme')).toMatchObject({
    revision: 50,
    account: { totals: { inbound: { payments: 500_000_000_000n } } },
  });
});
