import type { LogEvent } from '@tollgate/contracts';
import type { RecordedEvent } from '@tollgate/event-store';
import { createPast } from './as-of';

const recordedAt = '2026-01-31T12:00:00.000Z';
const metadata = { source: { receivedAt: recordedAt } };

const eventAt = (revision: number): RecordedEvent<LogEvent> => ({
  ...(revision === 0
    ? { type: 'AccountOpened', data: { accountId: 'acme', currency: 'EUR' }, metadata }
    : {
        type: 'UsageCharged',
        data: { usageId: String(revision), accountId: 'acme', direction: 'inbound', amount: '1', currency: 'EUR' },
        metadata,
      }),
  ...{ eventId: '', stream: 'account-acme', revision, position: BigInt(revision + 1), recordedAt },
});

/** Of an account with so many events; `reads` counts its pages. */
const logOf = (count: number) => {
  const log = {
    reads: 0,
    readStream: (stream: string, { from = 0, limit }: { from?: number; limit: number }) => {
      if (stream !== 'account-acme') return Promise.resolve([]);
      log.reads += 1;
      const length = Math.max(0, Math.min(limit, count - from));
      return Promise.resolve(Array.from({ length }, (_, index) => eventAt(from + index)));
    },
  };
  return log;
};

const asked = (isWanted: () => boolean) => ({
  accountId: 'acme',
  moment: { recordedBefore: '2027-01-01T00:00:00Z' },
  isWanted,
});

test('an account is read to the end of its stream, page by page', async () => {
  const log = logOf(2_500);
  const partner = await createPast(log).partner(asked(() => true));
  expect([partner?.revision, partner?.account.totals.inbound.usage, log.reads]).toEqual([
    2_499,
    2_499n * 10n ** 10n,
    3,
  ]);
});

test('whoever hangs up has his account read no further, and the next is not kept waiting: it used to be read to its end', async () => {
  const log = logOf(10_000);
  const past = createPast(log);
  const reading = past.partner(asked(() => log.reads < 2));
  const behind = past.partner(asked(() => false));
  await reading;
  expect([log.reads, await behind]).toEqual([2, undefined]);
});

test('a log that cannot be read fails who asked, and not who asks next', async () => {
  const log = logOf(1);
  const { readStream } = log;
  log.readStream = () => Promise.reject(new Error('away'));
  const past = createPast(log);
  await expect(past.partner(asked(() => true))).rejects.toThrow('away');
  log.readStream = readStream;
  expect(await past.partner(asked(() => true))).toMatchObject({ revision: 0 });
});
