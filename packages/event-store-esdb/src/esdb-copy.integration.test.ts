import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import type { EventBody, RecordedEvent } from '@tollgate/event-store';
import { ForeignLedger, openEsdbCopy } from './index';
import type { EsdbCopy } from './index';
import { append, newPrefix, openLog, payment, readAll, startStore } from './log-under-test.fixture';
import { codec } from './store.fixture';

let store: Awaited<ReturnType<typeof startStore>>;
let streamPrefix: string;
beforeAll(async () => {
  store = await startStore();
});
beforeEach(() => {
  streamPrefix = newPrefix();
});
afterAll(() => store.stop());

const openCopy = (ledger: string): Promise<EsdbCopy<EventBody>> =>
  openEsdbCopy({ connectionString: () => store.url, streamPrefix, codec, ledger });

const recorded = (stream: string, revision: number, millisecond: number): RecordedEvent<EventBody> => ({
  ...payment(`${stream} ${String(revision)}`),
  ...{ stream, revision, position: 7n, recordedAt: `2025-06-30T23:59:59.00${String(millisecond)}Z` },
});
const [a0, a1, b0, a2] = [
  recorded('account-a', 0, 1),
  recorded('account-a', 1, 2),
  recorded('account-b', 0, 1),
  recorded('account-a', 2, 4),
];

const withoutPositions = (events: readonly RecordedEvent<EventBody>[]) =>
  events.map(({ position: _position, ...event }) => event);

test('a copy has the events of the other log in its order, with their ids, revisions and times, and its name', async () => {
  const copy = await openCopy('the other');
  await copy.append([a0, a1]);
  await copy.append([b0]);
  await copy.append([a2]);
  // What is not known to have arrived is sent again.
  await copy.append([b0]);
  await copy.end({ events: 4, digest: 'd' });
  await copy.close();
  const log = await openLog(store.url, { streamPrefix, ledger: 'the other' });
  expect(withoutPositions(await readAll(log))).toEqual(withoutPositions([a0, a1, b0, a2]));
  await log.close();
});

test('is served only while it has come to its end', async () => {
  const first = await openCopy('the other');
  await first.append([a0]);
  await first.close();
  await expect(openLog(store.url, { streamPrefix })).rejects.toThrow(
    /has not come to its end: run "tollgate copy-log"/,
  );
  const second = await openCopy('the other');
  await second.begin();
  await second.append([a1]);
  await second.end({ events: 2, digest: 'd' });
  await second.close();
  await (await openLog(store.url, { streamPrefix })).close();
  const third = await openCopy('the other');
  await third.begin();
  await third.close();
  await expect(openLog(store.url, { streamPrefix })).rejects.toThrow(/has not come to its end/);
});

test('is not begun where another ledger is, or somebody else’s streams are', async () => {
  await (await openLog(store.url, { streamPrefix, ledger: 'one' })).close();
  await expect(openCopy('the other')).rejects.toThrow(ForeignLedger);
  streamPrefix = newPrefix();
  const client = EventStoreDBClient.connectionString(store.url);
  const credentials = { username: 'admin', password: 'changeit' };
  await client.appendToStream(`${streamPrefix}invoices`, jsonEvent({ type: 'Sent', data: {} }), { credentials });
  await client.dispose();
  await expect(openCopy('the other')).rejects.toThrow(/has a stream \S+-invoices, and no ledger whose it is/);
});

test('has a seed of its own, so that nothing derived from the other log is taken for its', async () => {
  const other = await openLog(store.url, { streamPrefix, ledger: 'the other' });
  streamPrefix = newPrefix();
  const copy = await openCopy('the other');
  await copy.end({ events: 0, digest: 'd' });
  await copy.close();
  const log = await openLog(store.url, { streamPrefix });
  expect(log.ledger).toBe(other.ledger);
  expect(log.seed).not.toEqual(other.seed);
  await Promise.all([log.close(), other.close()]);
});

test('tells of somebody else who writes to it', async () => {
  const copy = await openCopy('the other');
  await copy.end({ events: 0, digest: 'd' });
  const log = await openLog(store.url, { streamPrefix });
  await append(log, ['account-a', -1], payment('not of the other'));
  await expect(copy.append([a0])).rejects.toThrow(/somebody else writes to \S+-account-a, which is being copied/);
  await Promise.all([log.close(), copy.close()]);
});
