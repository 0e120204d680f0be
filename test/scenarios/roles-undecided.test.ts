import { get, post, send } from './support/api';
import type { Fields } from './support/api';
import { newStoreLedger } from './support/set-ups';
import { createDataFolder, startTollgate } from './support/tollgate-process';
import type { Tollgate } from './support/tollgate-process';
import { until } from './support/until';

const undecidedSeconds = async (url: string): Promise<number> => {
  const { text } = await send(url, { method: 'GET', path: '/metrics' });
  return Number(/^tollgate_undecided_seconds (\S+)$/m.exec(text)?.[1]);
};

const decisionsOf = async (url: string): Promise<Fields | undefined> => {
  const { status, body } = await get(url, '/readyz');
  expect(status).toBe(200);
  return (body['parts'] as Fields[]).find(({ name }) => name === 'decisions');
};

it('where no process decided, all were ready and none told that nobody was cut off', async () => {
  const environment = await newStoreLedger();
  const start = async (...roles: string[]): Promise<Tollgate> =>
    startTollgate({ data: await createDataFolder(), flags: ['--role', roles.join(',')], environment });
  const both = await start('intake', 'api');
  const rule = { balances: ['inbound'] };
  const { body, status } = await post(both.url, '/v1/accounts', { accountId: 'acme', currency: 'EUR', cutoff: rule });
  expect(status).toBe(201);

  const asked = await get(both.url, `/v1/accounts/acme?minPosition=${body['position'] as string}`);
  expect(asked).toMatchObject({ status: 503, body: { code: 'READ_MODEL_BEHIND' } });
  expect(asked.body['detail']).toMatch(/^minPosition: decisions that events up to \d+ cause are not recorded yet;/);
  await until('it is told', async () => (await decisionsOf(both.url))?.['isReady'] === false);
  expect(await undecidedSeconds(both.url)).toBeGreaterThan(5);
  expect(both.output()).toContain('decisions are not recorded');

  const decider = await start('decide');
  await until('it is decided', async () => (await decisionsOf(both.url))?.['isReady'] === true);
  expect(await undecidedSeconds(both.url)).toBe(0);
  expect((await get(both.url, '/v1/accounts/acme')).body['traffic']).toMatchObject({ inbound: { state: 'blocked' } });
  await Promise.all([both.stop(), decider.stop()]);
});
