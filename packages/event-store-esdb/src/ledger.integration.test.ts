import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { LogUnavailable, ledgerOf, noStream } from '@tollgate/event-store';
import { ForeignLedger, NoLedger } from './index';
import { append, newPrefix, openLog, payment, quick, readAll, startStore } from './log-under-test.fixture';

const credentials = { username: 'admin', password: 'changeit' };

let store: Awaited<ReturnType<typeof startStore>>;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

test('a ledger is named once, by whoever is first, and known to all who open it', async () => {
  const streamPrefix = newPrefix();
  const logs = await Promise.all([1, 2, 3, 4].map(() => openLog(store.url, { streamPrefix })));
  expect(new Set(logs.map(({ ledger, seed }) => `${ledger} ${Buffer.from(seed).toString('hex')}`)).size).toBe(1);
  expect(logs[0]?.seed).toHaveLength(16);
  await Promise.all(logs.map((log) => log.close()));
});

test('a ledger that is expected is given its name where there is none, and another is refused', async () => {
  const streamPrefix = newPrefix();
  const log = await openLog(store.url, { streamPrefix, ledger: 'mine' });
  expect(log.ledger).toBe('mine');
  await log.close();
  await expect(openLog(store.url, { streamPrefix, ledger: 'another' })).rejects.toThrow(ForeignLedger);
});

test('streams that are somebody else’s are refused', async () => {
  const streamPrefix = newPrefix();
  const client = EventStoreDBClient.connectionString(store.url);
  const event = jsonEvent({ type: 'SomethingElse', data: { ledger: 'x' } });
  await client.appendToStream(`${streamPrefix}ledger`, event, { credentials });
  await expect(openLog(store.url, { streamPrefix })).rejects.toThrow(
    /was not written by Tollgate.*EVENTSTORE_STREAM_PREFIX/,
  );
  await client.dispose();
});

test('what names a ledger to others is its first event, and not the one that names it in the store', async () => {
  const log = await openLog(store.url);
  expect(await ledgerOf(log)).toBeUndefined();
  await append(log, ['account-a', noStream], payment('first'), payment('second'));
  expect(await ledgerOf(log)).toBe(payment('first').eventId);
  await log.close();
});

test('ledgers in one store know nothing of one another', async () => {
  const [one, other] = await Promise.all([openLog(store.url), openLog(store.url)]);
  await append(one, ['account-a', noStream], payment('of one'));
  const [event] = await readAll(one);
  expect(event).toMatchObject({ stream: 'account-a' });
  expect(await readAll(other)).toEqual([]);
  expect(await other.readStream('account-a', { limit: 1 })).toEqual([]);
  expect(event && (await other.read(event.position))).toBeUndefined();
  await Promise.all([one.close(), other.close()]);
});

test('a ledger that must exist is not named where there is none', async () => {
  const streamPrefix = newPrefix();
  for (let time = 0; time < 2; time += 1)
    await expect(openLog(store.url, { streamPrefix, mustExist: true })).rejects.toThrow(NoLedger);
  await (await openLog(store.url, { streamPrefix })).close();
  await (await openLog(store.url, { streamPrefix, mustExist: true })).close();
});

test('a store that cannot be reached is told as that, by itself and by discovery, and ends nothing else', async () => {
  for (const hosts of ['127.0.0.1:1', '127.0.0.1:1,127.0.0.1:2']) {
    const url = `esdb://${hosts}?tls=false&maxDiscoverAttempts=2&discoveryInterval=10`;
    const opening = openLog(url, { timing: { ...quick, patienceMs: 500 } });
    await expect(opening).rejects.toThrow(LogUnavailable);
    await expect(opening).rejects.toThrow('the event store is not available');
  }
});
