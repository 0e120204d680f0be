import { readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { post, postBatch, readAll, send } from './support/api';
import type { Fields } from './support/api';
import { describedApi } from './support/described';
import type { DescribedApi } from './support/described';
import { setUps } from './support/set-ups';
import { createDataFolder, runTollgate, startTollgate } from './support/tollgate-process';
import type { Tollgate } from './support/tollgate-process';
import { until } from './support/until';

const long = { startedAt: '2026-01-10T10:00:00Z', endedAt: '2026-01-10T11:00:00.5Z' };
const entry = { accountId: 'acme', direction: 'inbound', currency: 'EUR' };
const signed = { reason: 'agreed', actor: 'ann' };

describe.each(setUps)('a ledger whose calls come late and are corrected, $name', ({ start }) => {
  let url: string;
  let api: DescribedApi;
  /** Positions of the writes, in order. */
  const positions: string[] = [];
  /** Times between them, by the clock of the log. */
  const times: string[] = [];

  const write = async (path: string, body: Fields): Promise<void> => {
    const { body: answer } = await api.post(path, body);
    const position = answer['position'] as string;
    positions.push(position);
    await api.get(`/v1/accounts/acme?minPosition=${position}`);
    const items = await readAll(url, '/v1/accounts/acme/history');
    // Later than what is recorded, earlier than what comes.
    const recorded = Date.parse(items.at(-1)?.['recordedAt'] as string);
    while (Date.now() <= recorded + 1) await new Promise((resolve) => setTimeout(resolve, 1));
    times.push(new Date(recorded + 1).toISOString());
  };

  beforeAll(async () => {
    ({ url } = await start({ data: await createDataFolder() }));
    api = await describedApi(url);
    await write('/v1/accounts', { accountId: 'acme', currency: 'EUR', cutoff: { balances: ['inbound'] } });
    await write('/v1/payments', { ...entry, paymentId: 'p', amount: '100', paidAt: '2026-01-05T00:00:00Z' });
    await write('/v1/usage', { ...entry, usageId: 'long', amount: '30', ...long });
    await write('/v1/usage', { ...entry, usageId: 'begun', amount: '20', startedAt: '2026-01-02T00:00:00Z' });
    await write('/v1/reversals', { ...signed, accountId: 'acme', reversalId: 'r', of: { kind: 'usage', id: 'long' } });
    await write('/v1/adjustments', { ...entry, ...signed, adjustmentId: 'a', amount: '-81' });
    await write('/v1/accounts', { accountId: 'zenith', currency: 'EUR' });
  });

  const inbound = async (query: string): Promise<string> => {
    const { status, body } = await api.get(`/v1/accounts/acme?${query}`);
    if (status !== 200) return `${String(status)} ${body['code'] as string}`;
    return (body['balances'] as Fields)['inbound'] as string;
  };

  it('has the balance that it had after each event, by position and by the time of recording', async () => {
    const after = ['0', '100', '70', '50', '80', '-1'];
    expect(await Promise.all(after.map((_, at) => inbound(`atPosition=${String(positions[at])}`)))).toEqual(after);
    expect(await Promise.all(after.map((_, at) => inbound(`recordedBefore=${String(times[at])}`)))).toEqual(after);
  });

  it('has the balance of a day by what had happened, and by what was known of it at a time', async () => {
    expect(await inbound('occurredBefore=2026-01-02T00:00:00Z')).toBe('0');
    expect(await inbound('occurredBefore=2026-01-02T00:00:00.000000001Z')).toBe('-20');
    expect(await inbound('occurredBefore=2026-01-10T11:00:00.5Z')).toBe('80');
    expect(await inbound('occurredBefore=2026-01-10T11:00:00.500000001Z')).toBe('50');
    expect(await inbound(`occurredBefore=2026-01-06T00:00:00Z&recordedBefore=${String(times[2])}`)).toBe('100');
    expect(await inbound(`occurredBefore=2026-01-06T00:00:00Z&recordedBefore=${String(times[3])}`)).toBe('80');
  });

  it('has the rule and the traffic of then, and says of when it is', async () => {
    const then = (await api.get(`/v1/accounts/acme?atPosition=${String(positions[1])}`)).body;
    const now = (await api.get('/v1/accounts/acme')).body;
    expect(then).toMatchObject({ revision: 1, position: positions[1], asOf: { atPosition: positions[1] } });
    const blocked = async (query: string) =>
      ((await api.get(`/v1/accounts/acme?${query}`)).body['traffic'] as Record<string, Fields>)['inbound'];
    expect(await blocked(`recordedBefore=${String(times[3])}`)).toMatchObject({ state: 'open', sequence: 2 });
    expect(await blocked(`recordedBefore=2100-01-01T00:00:00Z`)).toEqual((now['traffic'] as Fields)['inbound']);
    expect(now).not.toHaveProperty('asOf');
  });

  it('lists the accounts that were open then', async () => {
    const listed = async (query: string) =>
      (await readAll(url, `/v1/accounts?${query}`, 1)).map(({ accountId, balances }) => [
        accountId,
        (balances as Fields)['inbound'],
      ]);
    expect(await listed(`atPosition=${String(positions[2])}`)).toEqual([['acme', '70']]);
    expect(await listed(`recordedBefore=2100-01-01T00:00:00Z`)).toEqual([
      ['acme', '-1'],
      ['zenith', '0'],
    ]);
  });

  it('lists who was blocked then, page by page', async () => {
    const listed = async (query: string) =>
      (await readAll(url, `/v1/traffic-control?${query}`, 1)).map(({ accountId, direction, sequence }) => [
        ...[accountId, direction, sequence],
      ]);
    expect(await listed(`atPosition=${String(positions[1])}`)).toEqual([['acme', 'inbound', 1]]);
    expect(await listed(`atPosition=${String(positions[2])}`)).toEqual([]);
    expect(await listed('recordedBefore=2100-01-01T00:00:00Z')).toEqual(await listed(''));
    expect(await listed('recordedBefore=2020-01-01T00:00:00Z')).toEqual([]);
  });

  it('says precisely what it cannot answer', async () => {
    const refusal = async (query: string) => {
      const { status, body } = await api.get(`/v1/accounts/acme?${query}`);
      return [status, body['code'], body['detail']];
    };
    expect(await refusal('recordedBefore=2020-01-01T00:00:00Z')).toEqual([
      ...[404, 'ACCOUNT_NOT_FOUND'],
      'account acme was not open then',
    ]);
    expect(await refusal('occurredBefore=yesterday')).toEqual([
      ...[400, 'INVALID_REQUEST'],
      expect.stringContaining('occurredBefore: must be an RFC 3339 time in UTC'),
    ]);
    for (const wrong of ['recordedBefore=2026-01-31T12:00:00%2B01:00', 'atPosition=-1'])
      expect((await refusal(wrong)).slice(0, 2)).toEqual([400, 'INVALID_REQUEST']);
  });

  it('says that it was atPosition which the log has not come to: it used to say minPosition, which nobody had given', async () => {
    const { status, body } = await api.get('/v1/accounts/acme?atPosition=999999999999');
    const detail = expect.stringMatching(/^atPosition: .* before 999999999999;/) as string;
    expect([status, body]).toEqual([503, expect.objectContaining({ code: 'READ_MODEL_BEHIND', detail })]);
  });

  it('is shown by the command line', async () => {
    const { code, output } = await runTollgate(
      'account',
      'show',
      'acme',
      '--url',
      url,
      '--at-position',
      String(positions[2]),
    );
    expect([code, output]).toEqual([0, expect.stringMatching(/inbound +70 [^]*As it was by the log up to position/)]);
    const listed = await runTollgate('account', 'list', '--url', url, '--recorded-before', '2020-01-01T00:00:00Z');
    expect([listed.code, listed.output.trim()]).toEqual([0, 'No account was open then.']);
    const wrong = await runTollgate('account', 'show', 'acme', '--url', url, '--occurred-before', '2026-01-31');
    expect([wrong.code, wrong.output]).toEqual([2, expect.stringContaining('must be like 2026-01-31T00:00:00Z')]);
  });

  it('says what a balance was made of, entry by entry, and where each came from', async () => {
    const headers = { 'content-type': 'application/json', 'tollgate-file': 'may.csv', 'tollgate-line': '7' };
    const payment = { ...entry, paymentId: 'of-may', amount: '0.5' };
    const { status } = await send(url, {
      method: 'POST',
      path: '/v1/payments',
      headers,
      body: JSON.stringify(payment),
    });
    expect(status).toBe(201);
    const { code, output } = await runTollgate('audit', 'balance', 'acme', '--entries', '--url', url);
    expect([code, output]).toEqual([0, expect.stringMatching(/ usage +begun +inbound +-20 +50 +request \S+\n/)]);
    expect(output).toMatch(/ reversal +r +inbound +30 +80 +request \S+\n/);
    expect(output).toMatch(/ payment +of-may +inbound +0\.5 +-0\.5 +may\.csv:7\n/);
    expect(output).toMatch(/\ninbound +EUR +0 +100\.5 +20 +-81 +-0\.5\n/);
    expect(output).toMatch(/\n0 differences in the balances of acme \(7 events, 6 entries\)\.\n$/);
    const nobody = await runTollgate('audit', 'balance', 'nobody', '--url', url);
    expect([nobody.code, nobody.output]).toEqual([2, expect.stringContaining('account nobody is not open')]);
  });
});

const longEvents = 20_000;
const batchLines = 5_000;

/** Whether something of the past of an account stands in the data folder. */
const isKept = async (data: string): Promise<boolean> =>
  (await readdir(join(data, 'past'))).some((name) => Buffer.from(name, 'hex').toString() === 'account-acme');

it('an account with many events was the same at any time before a crash, after it, and without what is kept of it', async () => {
  const data = await createDataFolder();
  const settings = { data, environment: {} };
  let tollgate: Tollgate = await startTollgate(settings);
  await post(tollgate.url, '/v1/accounts', { accountId: 'acme', currency: 'EUR' });
  for (let first = 0; first < longEvents; first += batchLines)
    await postBatch(
      tollgate.url,
      Array.from({ length: batchLines }, (_, index) => ({
        ...{ kind: 'usage', ...entry, usageId: `u-${String(first + index)}`, amount: '0.01' },
        endedAt: new Date(Date.UTC(2026, 0, 1) + 1_000 * ((first + index * 7) % longEvents)).toISOString(),
      })),
    );
  const queries = [0, 1, 100, longEvents / 2, longEvents].flatMap((number) => [
    `atPosition=${String(number + 1)}`,
    `occurredBefore=${new Date(Date.UTC(2026, 0, 1) + 1_000 * number).toISOString()}`,
    `occurredBefore=2026-01-01T02:00:00Z&atPosition=${String(number + 1)}`,
  ]);
  const answers = () =>
    Promise.all(
      queries.map(
        async (query) => (await send(tollgate.url, { method: 'GET', path: `/v1/accounts/acme?${query}` })).text,
      ),
    );
  const before = await answers();
  expect(new Set(before).size).toBe(queries.length);
  await tollgate.kill();
  tollgate = await startTollgate(settings);
  await until('the past of the account is kept', () => isKept(data));
  expect(await answers()).toEqual(before);
  await tollgate.kill();
  const [name = ''] = await readdir(join(data, 'past'));
  expect((await readFile(join(data, 'past', name))).length).toBeGreaterThan(0);
  tollgate = await startTollgate(settings);
  expect(await answers()).toEqual(before);
  await tollgate.kill();
  await rm(join(data, 'past'), { recursive: true });
  tollgate = await startTollgate(settings);
  expect(await answers()).toEqual(before);
  await tollgate.stop();
});
