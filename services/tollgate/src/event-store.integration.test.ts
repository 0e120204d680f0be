import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { startEventStoreServer } from '@tollgate/eventstore-test-server';
import type { EventStoreServer } from '@tollgate/eventstore-test-server';
import { createLog } from '@tollgate/service-runtime';
import { startLedgerNode } from './ledger-node';
import type { LedgerNode } from './ledger-node';
import { readSettings } from './settings';

jest.setTimeout(60_000);

let root: string;
let store: EventStoreServer | undefined;
let prefix: string;
const nodes = new Set<LedgerNode>();

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tollgate-store-'));
  prefix = `t${randomUUID().replaceAll('-', '')}-`;
});
afterEach(async () => {
  await Promise.all([...nodes].map((node) => node.stop()));
  nodes.clear();
  await store?.stop();
  store = undefined;
  await rm(root, { recursive: true, force: true });
});

/** A real server where EVENTSTORE_URL names one, else the one for tests. */
const urlOfStore = async (): Promise<string> => {
  const real = process.env['EVENTSTORE_URL'];
  if (real !== undefined) return real;
  store ??= await startEventStoreServer();
  return store.url;
};

type Start = { url?: string; port?: string; prefix?: string };

const start = async (data: string, given: Start = {}): Promise<LedgerNode> => {
  const environment = {
    EVENTSTORE_URL: given.url ?? (await urlOfStore()),
    EVENTSTORE_STREAM_PREFIX: given.prefix ?? prefix,
  };
  const settings = readSettings({ data: join(root, data), port: given.port ?? '0' }, environment);
  const node = await startLedgerNode(settings, createLog('silent'));
  nodes.add(node);
  return node;
};
const stop = async (node: LedgerNode): Promise<void> => {
  nodes.delete(node);
  await node.stop();
};

type Fields = Record<string, unknown>;
const ask = async (url: string, body?: object): Promise<Fields & { status: number }> => {
  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const answer = await fetch(url, body === undefined ? {} : post);
  return { ...((await answer.json()) as Fields), status: answer.status };
};
const open = ({ url }: LedgerNode) =>
  ask(`${url}/v1/accounts`, { accountId: 'acme', currency: 'EUR', cutoff: { balances: ['inbound'] } });
const pay = ({ url }: LedgerNode, paymentId: string, amount = '1') =>
  ask(`${url}/v1/payments`, { paymentId, accountId: 'acme', direction: 'inbound', amount, currency: 'EUR' });
const readAccount = ({ url }: LedgerNode, position: unknown) =>
  ask(`${url}/v1/accounts/acme?minPosition=${String(position)}`);
const until = async (isSo: () => Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
};

test('what is recorded in the store is there after a restart, in this data folder and in an empty one', async () => {
  const first = await start('one');
  await open(first);
  const { position } = await pay(first, 'p1');
  const account = await readAccount(first, position);
  expect(account).toMatchObject({
    balances: { inbound: '1' },
    traffic: { inbound: { state: 'open', sequence: 2 } },
    position,
  });
  await stop(first);
  for (const data of ['one', 'two']) {
    const node = await start(data);
    expect(await readAccount(node, position)).toEqual(account);
    expect(await pay(node, 'p1')).toMatchObject({ status: 200, duplicate: true, position });
    await stop(node);
  }
});

test('two processes on one store: of what both are sent each counts once, and each reads what the other wrote', async () => {
  const both = [await start('one'), await start('two')] as const;
  expect((await Promise.all(both.map(open))).map(({ status }) => status).sort()).toEqual([200, 201]);
  for (let round = 0; round < 20; round += 1) {
    const answers = await Promise.all([...both, ...both].map((node) => pay(node, `p${String(round)}`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 201]);
    expect(new Set(answers.map(({ position }) => position)).size).toBe(1);
    const [here, there] = await Promise.all(both.map((node) => readAccount(node, answers[0]?.['position'])));
    expect(here).toMatchObject({ balances: { inbound: String(round + 1) }, traffic: { inbound: { sequence: 2 } } });
    expect(there).toEqual(here);
  }
});

test('a Last-Event-ID of another log is refused, one of this log is gone on after', async () => {
  const node = await start('one');
  const { position } = await open(node);
  await readAccount(node, position);
  const follow = async (id: unknown): Promise<{ status: number; text: string }> => {
    const stop = new AbortController();
    const headers = { accept: 'text/event-stream', 'last-event-id': String(id) };
    const answer = await fetch(`${node.url}/v1/traffic-control`, { headers, signal: stop.signal });
    let text = '';
    for await (const chunk of answer.body ?? []) {
      text += Buffer.from(chunk as Uint8Array).toString();
      if (answer.status !== 200 || text.includes('data:')) break;
    }
    stop.abort();
    return { status: answer.status, text };
  };
  const other = await follow(BigInt(String(position)) - 1n);
  expect(other).toMatchObject({ status: 400, text: expect.stringContaining('the log has no event at') as string });
  expect(await follow(position)).toMatchObject({
    status: 200,
    text: expect.stringContaining('"type":"BlockTraffic"') as string,
  });
});

test('ledgers of two prefixes in one store know nothing of each other', async () => {
  const one = await start('one');
  await open(one);
  const other = await start('other', { prefix: `x${prefix}` });
  expect(await ask(`${other.url}/v1/accounts/acme`)).toMatchObject({ status: 404 });
  // In one data folder each keeps its own.
  await stop(one);
  await stop(other);
  const again = await start('one', { prefix: `x${prefix}` });
  expect(await ask(`${again.url}/v1/accounts/acme`)).toMatchObject({ status: 404 });
  expect(await readdir(join(root, 'one', 'event-store'))).toHaveLength(2);
});

test('a data folder with a log of its own is refused with EVENTSTORE_URL, and one of a store without', async () => {
  const embedded = await startLedgerNode(
    readSettings({ data: join(root, 'file'), port: '0' }, {}),
    createLog('silent'),
  );
  await embedded.stop();
  await expect(start('file')).rejects.toThrow(/holds a log of its own, and EVENTSTORE_URL is set/);
  await stop(await start('store'));
  const without = readSettings({ data: join(root, 'store'), port: '0' }, {});
  await expect(startLedgerNode(without, createLog('silent'))).rejects.toThrow(/set EVENTSTORE_URL/);
});

/** As an administrator of the store may do. */
const cutHistory = async (url: string, stream: string): Promise<void> => {
  const client = EventStoreDBClient.connectionString(url);
  await client.setStreamMetadata(stream, { maxCount: 1 }, { credentials: { username: 'admin', password: 'changeit' } });
  await client.dispose();
};

test('a history that was cut in the store makes it not ready and names the stream', async () => {
  const node = await start('one');
  await open(node);
  expect(await ask(`${node.url}/readyz`)).toMatchObject({ status: 200 });
  await cutHistory(await urlOfStore(), `${prefix}account-acme`);
  await until(async () => (await ask(`${node.url}/readyz`)).status === 503);
  const { parts } = (await ask(`${node.url}/readyz`)) as { parts?: { isReady: boolean; detail: string }[] };
  expect(parts?.filter(({ isReady }) => !isReady)).toEqual([
    expect.objectContaining({ name: 'history', detail: expect.stringContaining('account-acme (maxCount)') as string }),
  ]);
});

test('a store that was put back from an older copy and has grown since is refused, with what to delete', async () => {
  const folder = join(root, 'store');
  store = await startEventStoreServer({ folder });
  const node = await start('one', { url: store.url });
  await open(node);
  await cp(folder, join(root, 'older'), { recursive: true });
  // So many that the table keeps a snapshot when it is closed.
  const lines = Array.from({ length: 10_000 }, (_, index) =>
    JSON.stringify({
      kind: 'payment',
      paymentId: `p${String(index)}`,
      accountId: 'acme',
      direction: 'inbound',
      amount: '1',
      currency: 'EUR',
    }),
  );
  const headers = { 'content-type': 'application/x-ndjson' };
  await (await fetch(`${node.url}/v1/batch`, { method: 'POST', headers, body: lines.join('\n') })).text();
  await stop(node);
  await store.stop();
  store = await startEventStoreServer({ folder: join(root, 'older') });
  const client = EventStoreDBClient.connectionString(store.url);
  const large = () => jsonEvent({ type: 'Other', data: { text: 'x'.repeat(1_000_000) } });
  for (let count = 0; count < 12; count += 1) await client.appendToStream('of-others', large());
  await client.dispose();
  await expect(start('one', { url: store.url })).rejects.toThrow(
    /which the event store does not have there: it was replaced by an older copy; delete \S+account-table and \S+relays/,
  );
});

test('a store that is away at the start is waited for, with the reason in /readyz', async () => {
  const away = await startEventStoreServer();
  await away.stop();
  const probe = await startEventStoreServer();
  const { port } = probe;
  await probe.stop();
  const starting = start('one', { url: away.url, port: String(port) });
  const ready = () => ask(`http://127.0.0.1:${String(port)}/readyz`).catch(() => ({ status: 0 }));
  await until(async () => JSON.stringify(await ready()).includes('the event store is not available'));
  expect(await ready()).toMatchObject({ status: 503 });
  store = await startEventStoreServer({ port: away.port });
  const node = await starting;
  expect(await open(node)).toMatchObject({ status: 201 });
});
