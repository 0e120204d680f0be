import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient, jsonEvent, NO_STREAM, START, streamNameFilter } from '@eventstore/db-client';
import { startEventStoreServer, type EventStoreServer } from './index';

const credentials = { username: 'any', password: 'any' };
const posted = (amount: number, id?: string) =>
  jsonEvent({ type: 'amount-posted', data: { amount }, ...(id && { id }) });
const id = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

const revisions = async (client: EventStoreDBClient, stream: string): Promise<bigint[]> => {
  const read: bigint[] = [];
  for await (const { event } of client.readStream(stream)) if (event) read.push(event.revision);
  return read;
};

let server: EventStoreServer;
let client: EventStoreDBClient;
beforeEach(async () => {
  server = await startEventStoreServer();
  client = EventStoreDBClient.connectionString(server.url);
});
afterEach(async () => {
  await client.dispose();
  await server.stop();
});

describe.each([
  { path: 'plain', options: { credentials } },
  { path: 'batch', options: {} },
])('on the $path path', ({ options }) => {
  test('a retry with the same ids at its first revision is written once and answered as before', async () => {
    const events = [posted(1), posted(2)];
    const first = await client.appendToStream('account-a', events, { expectedRevision: NO_STREAM, ...options });
    await client.appendToStream('account-a', posted(3), { expectedRevision: 1n, ...options });
    const again = await client.appendToStream('account-a', events, { expectedRevision: NO_STREAM, ...options });
    expect(again).toEqual(first);
    expect(await revisions(client, 'account-a')).toEqual([0n, 1n, 2n]);
  });

  test('a conflict tells the actual revision and writes nothing', async () => {
    await client.appendToStream('account-a', posted(1), options);
    const conflict = client.appendToStream('account-a', posted(2), { expectedRevision: NO_STREAM, ...options });
    await expect(conflict).rejects.toMatchObject({ type: 'wrong-expected-version', actualVersion: 0n });
    expect(await revisions(client, 'account-a')).toEqual([0n]);
  });
});

test('a subscription by prefix gives what is behind, then what is live, and nothing else', async () => {
  await client.appendToStream('account-a', posted(1));
  await client.appendToStream('noise', posted(2));
  const seen: string[] = [];
  const filter = streamNameFilter({ prefixes: ['account-', 'cutoff-'] });
  const subscription = client.subscribeToAll({ fromPosition: START, filter });
  const caughtUp = new Promise((resolve) => subscription.on('caughtUp', resolve));
  const both = new Promise<void>((resolve) => {
    subscription.on('data', ({ event }) => {
      seen.push(event?.streamId ?? '');
      if (seen.length === 2) resolve();
    });
  });
  await caughtUp;
  await client.appendToStream('noise', posted(3));
  await client.appendToStream('cutoff-a', posted(4));
  await both;
  expect(seen).toEqual(['account-a', 'cutoff-a']);
});

test('a server that is stopped and started on its folder has its events, and knows a retry by its exact revision only', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'eventstore-'));
  const before = await startEventStoreServer({ folder });
  const one = EventStoreDBClient.connectionString(before.url);
  await one.appendToStream('account-a', posted(1, id(1)), { expectedRevision: NO_STREAM, credentials });
  await one.appendToStream('account-b', posted(1, id(2)), { credentials });
  await before.stop();
  const after = await startEventStoreServer({ folder, port: before.port });
  await expect(one.appendToStream('account-a', posted(1), { credentials })).rejects.toThrow('UNAVAILABLE');
  await one.appendToStream('account-a', posted(1, id(1)), { expectedRevision: NO_STREAM, credentials });
  await one.appendToStream('account-b', posted(1, id(2)), { credentials });
  expect(await revisions(one, 'account-a')).toEqual([0n]);
  expect(await revisions(one, 'account-b')).toEqual([0n, 1n]);
  await one.dispose();
  await after.stop();
});
