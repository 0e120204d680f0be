import type { LogEvent } from '@tollgate/contracts';
import type { RecordedEvent } from '@tollgate/event-store';
import { createPast } from './as-of';

const eventsOfBig = 10_000;
const recordedAt = '2026-01-31T12:00:00.000Z';

const eventOf = (accountId: string, revision: number): RecordedEvent<LogEvent> =>
  ({
    ...(revision === 0
      ? { type: 'AccountOpened', data: { accountId, currency: 'EUR', cutoff: { balances: [], creditLimits: {} } } }
      : { type: 'CutoffChanged', data: { accountId, balances: [], creditLimits: {} } }),
    ...{ stream: `account-${accountId}`, revision, position: BigInt(revision + 1), recordedAt },
    metadata: { source: { receivedAt: recordedAt } },
  }) as unknown as RecordedEvent<LogEvent>;

/** A log of an account with many events and of one with one, that counts how many pages are read. */
const twoAccounts = () => {
  const log = {
    pages: 0,
    atOnce: 0,
    mostAtOnce: 0,
    readStream: async (stream: string, { from = 0, limit }: { from?: number; limit: number }) => {
      log.pages += 1;
      log.mostAtOnce = Math.max(log.mostAtOnce, (log.atOnce += 1));
      await new Promise(setImmediate);
      log.atOnce -= 1;
      const events = { 'account-big': eventsOfBig, 'account-small': 1 }[stream] ?? 0;
      const count = Math.max(0, Math.min(events - from, limit));
      return Array.from({ length: count }, (_, index) => eventOf(stream.slice('account-'.length), from + index));
    },
  };
  return log;
};

const moment = { recordedBefore: '2100-01-01T00:00:00Z' };

test('a small account is answered while a large one is being read: it used to wait for all of it', async () => {
  const log = twoAccounts();
  const past = createPast(log);
  const answered: string[] = [];
  const ask = async (accountId: string) => {
    const partner = await past.partner(accountId, moment, () => true);
    answered.push(`${accountId} ${String(partner?.revision)}`);
  };
  await Promise.all([ask('big'), ask('big'), ask('small')]);
  const big = `big ${String(eventsOfBig - 1)}`;
  expect(answered).toEqual(['small 0', big, big]);
  expect(log.mostAtOnce).toBe(1);
});

test('an account is not read on for who has gone: it used to be read to its end', async () => {
  const log = twoAccounts();
  await createPast(log).partner('big', moment, () => log.pages < 3);
  expect(log.pages).toBe(3);
});

test('a page that cannot be read fails its own reading, and no other', async () => {
  const log = twoAccounts();
  const { readStream } = log;
  log.readStream = async (stream, page) => {
    if (stream === 'account-big') throw new Error('unreadable');
    return readStream(stream, page);
  };
  const past = createPast(log);
  const [big, small] = [past.partner('big', moment, () => true), past.partner('small', moment, () => true)];
  await expect(big).rejects.toThrow('unreadable');
  expect(await small).toMatchObject({ revision: 0 });
});
