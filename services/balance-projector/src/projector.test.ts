import type { LogEvent } from '@tollgate/contracts';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import type { Partner, ReadModels } from '@tollgate/read-models';
import type { Log } from '@tollgate/service-runtime';
import { startBalanceProjector } from './projector';

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const metadata = { receivedAt: '2026-01-31T12:00:00.000Z' };
const opening: LogEvent = { type: 'AccountOpened', data: { accountId: 'acme', currency: 'EUR' }, metadata };
const paid = (paymentId: string): LogEvent => ({
  type: 'PaymentRecorded',
  data: { paymentId, accountId: 'acme', direction: 'inbound', amount: '1', currency: 'EUR' },
  metadata,
});

/** Read models in memory whose `apply` can take everything and then say that it failed. */
const createModels = () => {
  const partners = new Map<string, Partner>();
  let position: bigint | undefined;
  let isFailing = false;
  const models: Pick<ReadModels, 'partner' | 'position' | 'apply'> = {
    partner: (accountId) => partners.get(accountId),
    position: () => position,
    apply: async (changes) => {
      for (const partner of changes.changed) partners.set(partner.account.accountId, partner);
      ({ position } = changes);
      await Promise.resolve();
      if (isFailing) throw Object.assign(new Error('full'), { retriable: true });
    },
  };
  return {
    models: models as ReadModels,
    payments: () => partners.get('acme')?.account.totals.inbound.payments,
    fail: (failing: boolean) => (isFailing = failing),
  };
};

test('read models that say they failed after they took a batch leave no older fold behind', async () => {
  const log = createMemoryEventLog<LogEvent>();
  let next = 0;
  const record = async (event: LogEvent): Promise<bigint> => {
    const events = [{ ...event, eventId: `e${String(next)}` }];
    await log.append([{ stream: 'account-acme', expectedRevision: next - 1, events }]);
    next += 1;
    return BigInt(next);
  };
  const { models, payments, fail } = createModels();
  const projector = startBalanceProjector({ log, readModels: models, logger: silent });

  await record(opening);
  expect(await projector.reached(await record(paid('p1')), 5_000)).toBe(true);
  fail(true);
  expect(await projector.reached(await record(paid('p2')), 5_000)).toBe(true);
  fail(false);
  expect(await projector.reached(await record(paid('p3')), 5_000)).toBe(true);
  await projector.stop();
  expect(payments()).toBe(30_000_000_000n);
});
