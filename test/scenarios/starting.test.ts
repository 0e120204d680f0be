import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogEvent } from '@tollgate/contracts';
import { openDataFolder } from 'tollgate/node';
import { get } from './support/api';
import type { JsonAnswer } from './support/api';
import { freePort } from '../../infra/child-server';
import { createDataFolder, spawnTollgate, startTollgate } from './support/tollgate-process';
import { until } from './support/until';

const payments = 250_000;
const groupOf = 2_000;
const metadata = { source: { receivedAt: '2026-01-31T12:00:00.000Z' } };
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

let data: string;

/** A log so long that to fold it takes a while, and nothing that is derived from it. */
beforeAll(async () => {
  data = await createDataFolder();
  const { log, close } = await openDataFolder(data, { clock: () => new Date(), logger: silent });
  const append = (events: LogEvent[], after: number) =>
    log.append([
      {
        stream: 'account-acme',
        expectedRevision: after,
        events: events.map((event, index) => ({ ...event, eventId: `e${String(after + 1 + index)}` })),
      },
    ]);
  await append([{ type: 'AccountOpened', data: { accountId: 'acme', currency: 'EUR' }, metadata }], -1);
  const paid = (paymentId: string): LogEvent => ({
    type: 'PaymentRecorded',
    data: { paymentId, accountId: 'acme', direction: 'inbound', amount: '1', currency: 'EUR' },
    metadata,
  });
  for (let from = 0; from < payments; from += groupOf)
    await append(
      Array.from({ length: groupOf }, (_, index) => paid(String(from + index))),
      from,
    );
  await close();
}, 120_000);

beforeEach(() => rm(join(data, 'account-table'), { recursive: true, force: true }));

/** A start on a port that is known before it listens. */
const begin = async () => {
  const port = String(await freePort());
  const url = `http://127.0.0.1:${port}`;
  const ask = (path: string): Promise<JsonAnswer | undefined> => get(url, path).catch(() => undefined);
  return { ...spawnTollgate(['serve', '--port', port, '--data', data]), ask };
};

test('while the log is folded Tollgate is alive and not ready, says how far it is, and refuses all else until it is', async () => {
  const { ask, child, exited } = await begin();
  const early = await until('it answers that it is not ready', async () => {
    const ready = await ask('/readyz');
    return ready?.status === 503 && ready;
  });
  expect(early.body).toEqual({
    status: 'not ready',
    parts: [
      {
        name: 'account table',
        isReady: false,
        detail: expect.stringMatching(/^the log is being opened$|^\d+ of 250001 events are folded$/) as string,
      },
    ],
  });
  const [alive, account] = await Promise.all([ask('/healthz'), ask('/v1/accounts/acme')]);
  expect(alive).toMatchObject({ status: 200, body: { status: 'ok' } });
  expect([account?.status, account?.body['code']]).toEqual([503, 'STORE_UNAVAILABLE']);
  expect(account?.headers['retry-after']).toBe('1');
  await until('it is ready', async () => (await ask('/readyz'))?.status === 200, 60_000);
  const { body } = (await ask('/v1/accounts/acme')) ?? {};
  expect(body).toMatchObject({ balances: { inbound: String(payments) }, revision: payments });
  child.kill('SIGTERM');
  expect(await exited).toEqual({ code: 0, signal: null });
});

test('SIGTERM while the log is folded ends it at once with 0, and the next start has all of it', async () => {
  const { ask, child, exited, output } = await begin();
  await until('it answers', async () => (await ask('/healthz'))?.status === 200);
  const startedAt = Date.now();
  child.kill('SIGTERM');
  expect(await exited).toEqual({ code: 0, signal: null });
  expect(Date.now() - startedAt).toBeLessThan(5_000);
  expect(output()).toContain('Tollgate has stopped');
  const tollgate = await startTollgate({ data });
  expect((await get(tollgate.url, '/v1/accounts/acme')).body).toMatchObject({
    ...{ balances: { inbound: String(payments) }, revision: payments },
  });
  expect(await tollgate.stop()).toEqual({ code: 0, signal: null });
});

test('Ctrl-C while the log is folded, which npm sends again at once, ends it with 0: the second one used to kill', async () => {
  const { ask, child, exited, output } = await begin();
  await until('it answers', async () => (await ask('/healthz'))?.status === 200);
  child.kill('SIGINT');
  for (let times = 0; times < 20; times += 1) setTimeout(() => child.kill('SIGINT'), times);
  expect(await exited).toEqual({ code: 0, signal: null });
  expect(output()).toContain('Tollgate has stopped');
});
