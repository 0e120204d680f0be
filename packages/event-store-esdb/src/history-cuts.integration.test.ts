import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { LogDamaged, noStream } from '@tollgate/event-store';
import type { EventBody } from '@tollgate/event-store';
import type { EsdbEventLog } from './index';
import { append, newPrefix, openLog, payment, quick, readAll, startStore, waitFor } from './log-under-test.fixture';

const credentials = { username: 'admin', password: 'changeit' };

let store: Awaited<ReturnType<typeof startStore>>;
let administrator: EventStoreDBClient;
let log: EsdbEventLog<EventBody>;
let streamPrefix: string;
const inStore = (stream: string): string => streamPrefix + stream;

beforeAll(async () => {
  store = await startStore();
  administrator = EventStoreDBClient.connectionString(store.url);
});
afterAll(async () => {
  await administrator.dispose();
  await store.stop();
});
beforeEach(async () => {
  streamPrefix = newPrefix();
  log = await openLog(store.url, { streamPrefix, timing: quick });
  await append(log, ['account-a', noStream], payment('a'), payment('b'), payment('c'));
  await append(log, ['account-b', noStream], payment('d'));
});
afterEach(() => log.close());

const cuts: [name: string, cut: () => Promise<unknown>, told: string][] = [
  [
    '$maxCount',
    () => administrator.setStreamMetadata(inStore('account-a'), { maxCount: 2 }, { credentials }),
    'maxCount',
  ],
  ['$maxAge', () => administrator.setStreamMetadata(inStore('account-a'), { maxAge: 1 }, { credentials }), 'maxAge'],
  [
    '$tb',
    () => administrator.setStreamMetadata(inStore('account-a'), { truncateBefore: 2 }, { credentials }),
    'truncateBefore',
  ],
  ['a soft delete', () => administrator.deleteStream(inStore('account-a'), { credentials }), 'truncateBefore'],
];

const untilCut = async (log: EsdbEventLog<EventBody>, isCut = true): Promise<string[]> => {
  await waitFor(() => log.cutStreams().length > 0 === isCut);
  return log.cutStreams();
};

test.each(cuts)(
  '%s is noticed while running, and at the next start, by the name of the stream',
  async (_, cut, told) => {
    await cut();
    expect(await untilCut(log)).toEqual([`account-a (${told})`]);
    const next = await openLog(store.url, { streamPrefix, timing: quick });
    expect(await untilCut(next)).toEqual([`account-a (${told})`]);
    await next.close();
  },
);

test('what is undone is noticed too, and access lists cut nothing', async () => {
  await administrator.setStreamMetadata(inStore('account-a'), { maxCount: 1 }, { credentials });
  await untilCut(log);
  await administrator.setStreamMetadata(inStore('account-a'), { acl: { readRoles: ['$all'] } }, { credentials });
  expect(await untilCut(log, false)).toEqual([]);
});

test('reading a stream that lacks its first events fails, instead of giving the rest', async () => {
  await administrator.setStreamMetadata(inStore('account-a'), { truncateBefore: 1 }, { credentials });
  await expect(log.readStream('account-a', { limit: 10 })).rejects.toThrow(LogDamaged);
  await administrator.setStreamMetadata(inStore('account-a'), { truncateBefore: 100 }, { credentials });
  await expect(log.readStream('account-a', { limit: 10 })).rejects.toThrow('the history of account-a is cut');
});

test('a stream that was soft-deleted takes new events and goes on with its old revisions: that is told as damage', async () => {
  await administrator.deleteStream(inStore('account-a'), { credentials });
  await expect(append(log, ['account-a', noStream], payment('again'))).rejects.toThrow(LogDamaged);
});

test('a stream that was deleted for good is damage to whoever appends, reads or follows', async () => {
  await administrator.tombstoneStream(inStore('account-a'), { credentials });
  await expect(append(log, ['account-a', 2], payment('e'))).rejects.toThrow(LogDamaged);
  await expect(log.readStream('account-a', { limit: 10 })).rejects.toThrow(LogDamaged);
  await expect(readAll(log)).rejects.toThrow('stream account-a was deleted for good');
});

test('what somebody else writes to a stream is refused by its place', async () => {
  const foreign = jsonEvent({ type: 'PaymentRecorded', data: { amount: '1000000' } });
  await administrator.appendToStream(inStore('account-b'), foreign, { credentials });
  await expect(readAll(log)).rejects.toThrow(/PaymentRecorded.*revision 1 of account-b, was not written by Tollgate/);
});
