import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { get, openPrepaid, post } from './support/api';
import type { Fields } from './support/api';
import { startEventStore } from './support/event-store-process';
import type { EventStore } from './support/event-store-process';
import { untilReady } from './support/kafka-observer';
import { startRoleProcesses } from './support/role-processes';
import type { RoleProcesses } from './support/role-processes';
import { cleanEnvironment, createDataFolder, spawnTollgate, startTollgate } from './support/tollgate-process';
import { until } from './support/until';

const root = resolve(__dirname, '../..');
const credentials = { username: 'admin', password: 'changeit' };
const accounts = ['north', 'south'];

let store: EventStore;
let administrator: EventStoreDBClient;
beforeAll(async () => {
  store = await startEventStore();
  administrator = EventStoreDBClient.connectionString(store.url);
});
afterAll(async () => {
  await administrator.dispose();
  await store.kill();
});

/** Each role as a process, on streams that begin with a prefix. */
const startAll = async (prefix: string): Promise<RoleProcesses> => {
  const environment = { EVENTSTORE_URL: store.url, EVENTSTORE_STREAM_PREFIX: prefix };
  const tollgate = await startRoleProcesses({ data: '', environment });
  await untilReady(tollgate.url);
  return tollgate;
};

const pay = (url: string, paymentId: string) =>
  post(url, '/v1/payments', { paymentId, accountId: 'north', amount: '1', direction: 'inbound', currency: 'EUR' });

/** What somebody else writes to the stream of an account, and where it stands. */
const writeForeign = async (stream: string, { type, data }: { type: string; data: Fields }): Promise<string> => {
  const metadata = { version: 1, metadata: { source: { receivedAt: '2026-01-31T12:00:00.000Z' } } };
  const { position } = await administrator.appendToStream(stream, jsonEvent({ type, data, metadata }), { credentials });
  return String(position?.commit);
};

const payment = { accountId: 'north', direction: 'inbound', currency: 'EUR' };

type Case = { name: string; prefix: string; event: { type: string; data: Fields }; told: RegExp };

const cases: Case[] = [
  {
    ...{ name: 'a type that this Tollgate does not know', prefix: 'newer' },
    event: { type: 'LoyaltyGranted', data: {} },
    told: /LoyaltyGranted, revision \d+ of account-north: the log holds an event of type LoyaltyGranted, which this version/,
  },
  {
    ...{ name: 'an id that counts already', prefix: 'doubled' },
    event: { type: 'PaymentRecorded', data: { ...payment, paymentId: 'p-2', amount: '500' } },
    told: /PaymentRecorded in account-north, was not written by Tollgate, or not so: payment p-2 of north counted before/,
  },
];

/** What `/readyz` says of the first part, while it is not ready. */
const readyDetail = async (url: string): Promise<string | false> => {
  const answer = await get(url, '/readyz').catch(() => undefined);
  if (answer?.status !== 503) return false;
  const [part] = answer.body['parts'] as { detail: string }[];
  return part !== undefined && part.detail;
};

const copyLog = async (prefix: string, to: string, without: string[]) => {
  const flags = without.flatMap((one) => ['--without', one]);
  const { exited, output } = spawnTollgate(['copy-log', '--from', 'eventstore', '--to', 'eventstore', ...flags], {
    ...{ EVENTSTORE_URL_FROM: store.url, EVENTSTORE_URL_TO: store.url },
    ...{ EVENTSTORE_STREAM_PREFIX_FROM: prefix, EVENTSTORE_STREAM_PREFIX_TO: to },
  });
  return { ...(await exited), output: output() };
};

/** The last example of the runbook. */
const runExample = (prefix: string, to: string, without: string) => {
  const examples = readFileSync(join(root, 'infra/MOVING.md'), 'utf8').matchAll(/```sh\n([\s\S]*?)```/g);
  const [, example = ''] = [...examples].at(-1) ?? [];
  const program = `node ${join(root, 'services/tollgate/bin/tollgate.js')}`;
  const script = example.replace('npx tollgate', program).replace('clean-', to).replace('48213', without);
  const places = { EVENTSTORE_URL_FROM: store.url, EVENTSTORE_URL_TO: store.url };
  const env = { ...cleanEnvironment(), ...places, EVENTSTORE_STREAM_PREFIX_FROM: prefix };
  return spawnSync('bash', ['-e', '-c', script], { env, encoding: 'utf8' });
};

it.each(cases)(
  'somebody writes $name: every role used to end with 1, at each start again, or counted it; each is not ready by name, and copying without it is the way out',
  async ({ prefix, event, told }) => {
    const [own, copied] = [`${prefix}-`, `${prefix}.copy-`];
    const tollgate = await startAll(own);
    await openPrepaid(tollgate.url, accounts);
    for (const id of ['p-1', 'p-2', 'p-3']) expect((await pay(tollgate.url, id)).status).toBe(201);
    const before = await get(tollgate.url, '/v1/accounts/north');
    const position = await writeForeign(`${own}account-north`, event);

    for (const { role, tollgate: one } of tollgate.processes) {
      const detail = await until(`${role} says what it met`, async () => {
        const said = await readyDetail(one.url);
        return said !== false && told.test(said) && said;
      });
      expect(detail).toContain(`the event at position ${position}, `);
      expect((await get(one.url, '/healthz')).status).toBe(200);
    }
    expect(await pay(tollgate.url, 'late')).toMatchObject({ status: 503, body: { code: 'STORE_UNAVAILABLE' } });
    for (const { tollgate: one } of tollgate.processes) expect(await one.stop()).toEqual({ code: 0, signal: null });

    expect(await copyLog(own, copied, [position, '7'])).toMatchObject({
      code: 2,
      output: expect.stringContaining('no event of this ledger stands at position 7') as string,
    });
    const done = runExample(own, copied, position);
    expect(done.status).toBe(0);
    expect(done.stdout).toMatch(/Left out, as somebody else’s: \w+ \S+ at position \d+, revision 4 of account-north/);

    const again = await startAll(copied);
    const { balances, revision } = before.body;
    expect((await get(again.url, '/v1/accounts/north')).body).toMatchObject({ balances, revision });
    expect((await pay(again.url, 'p-2')).body).toMatchObject({ duplicate: true });
    expect((await pay(again.url, 'p-4')).status).toBe(201);
    await again.stop();
  },
);

it('the first signal used to kill a process that closed its log to open it again: it ends in order, as before and after', async () => {
  const environment = { EVENTSTORE_URL: store.url, EVENTSTORE_STREAM_PREFIX: 'closing-' };
  const tollgate = await startTollgate({ data: await createDataFolder(), environment });
  await untilReady(tollgate.url);
  await openPrepaid(tollgate.url, accounts);
  // A request that is half sent is waited for, for seconds.
  const { hostname, port } = new URL(tollgate.url);
  const half = connect(Number(port), hostname).on('error', () => undefined);
  half.write('POST /v1/payments HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\n{');
  await writeForeign('closing-account-north', { type: 'LoyaltyGranted', data: {} });
  await until('it closes its log', () => tollgate.output().includes('opens the log again'));
  await delay(1_200);
  expect(await tollgate.stop()).toEqual({ code: 0, signal: null });
  half.destroy();
});

it.each([
  ['a word', ['--from', 'eventstore', '--without', 'last'], '--without: must be the position of an event'],
  ['of a folder', ['--from', 'folder:/nowhere', '--without', '7'], '--without: nobody else writes to a folder'],
])('what is left out as %s is refused before anything is copied', async (_name, flags, told) => {
  const folder = await createDataFolder();
  const environment = { EVENTSTORE_URL_FROM: store.url, EVENTSTORE_URL_TO: store.url };
  const to = flags[1] === 'eventstore' ? `folder:${folder}` : 'eventstore';
  const { exited, output } = spawnTollgate(['copy-log', '--to', to, ...flags], environment);
  expect(await exited).toMatchObject({ code: 2 });
  expect(output()).toContain(told);
});
