import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { get, openPrepaid, postBatch, readAll } from './support/api';
import { describedApi } from './support/described';
import { newStoreLedger, setUps } from './support/set-ups';
import { createDataFolder, spawnTollgate, startTollgate } from './support/tollgate-process';
import type { Tollgate } from './support/tollgate-process';
import { until } from './support/until';

const call = (usageId: string, amount: string, more: object = {}): object => ({
  ...{ kind: 'usage', usageId, accountId: 'acme', direction: 'inbound', amount, currency: 'EUR' },
  ...more,
});

describe.each([
  { name: 'a folder', environmentOf: () => Promise.resolve({}) },
  { name: 'an event store', environmentOf: newStoreLedger },
])('the log in $name', ({ environmentOf }) => {
  let environment: NodeJS.ProcessEnv;
  let folder: string;
  let tollgate: Tollgate;

  beforeAll(async () => {
    folder = await createDataFolder();
    const data = await createDataFolder();
    environment = { ...(await environmentOf()), TOLLGATE_DATA: data };
    tollgate = await startTollgate({ data, environment });
    await openPrepaid(tollgate.url, ['acme', 'zenith']);
    await postBatch(tollgate.url, [
      { kind: 'payment', paymentId: 'p', accountId: 'acme', direction: 'inbound', amount: '100', currency: 'EUR' },
      call('u', '0.0000000001', { attributes: { prefix: '49' } }),
      call('v', '100.5', { attributes: { prefix: '=44' }, caller: '<b>' }),
      { kind: 'reversal', reversalId: 'r', accountId: 'acme', of: { kind: 'usage', id: 'v' }, reason: 'x', actor: 'a' },
    ]);
  });
  afterAll(async () => {
    await tollgate.stop();
  });

  const command = async (...args: string[]): Promise<{ code: number | null; output: string }> => {
    const { exited, output } = spawnTollgate(args, environment);
    return { code: (await exited).code, output: output() };
  };

  it.each(['text', 'csv', 'json', 'html'])(
    'prints the same %s of the log, an export and a Tollgate that runs',
    async (format) => {
      const path = join(folder, 'export.ndjson');
      if (!existsSync(path)) await writeFile(path, (await command('export')).output);
      const flags = ['statement', 'acme', '--format', format];
      const { code, output } = await command(...flags);
      expect([code, output]).toEqual([0, expect.stringContaining('99.9999999999')]);
      expect(await command(...flags, path)).toEqual({ code, output });
      expect(await command(...flags, '--url', tollgate.url)).toEqual({ code, output });
      const file = join(folder, `statement.${format}`);
      expect(await command(...flags, '--output', file)).toEqual({ code: 0, output: '' });
      expect(await readFile(file, 'utf8')).toBe(output);
    },
  );

  it('closes with the balance that is answered', async () => {
    const { output } = await command('statement', 'acme', '--format', 'json');
    const told = JSON.parse(output) as { parts: { direction: string; closing: string }[] };
    const { body } = await get(tollgate.url, '/v1/accounts/acme');
    const closings = Object.fromEntries(told.parts.map(({ direction, closing }) => [direction, closing]));
    expect(body['balances']).toMatchObject(closings);
    expect(closings['inbound']).toBe('99.9999999999');
  });

  /** When the newest entry of acme was recorded. */
  const newest = async (): Promise<string> =>
    (await readAll(tollgate.url, '/v1/accounts/acme/history')).at(-1)?.['recordedAt'] as string;

  it('closes a statement once: it never changes, and what came late is in the next one', async () => {
    const api = await describedApi(tollgate.url);
    const path = '/v1/accounts/acme/statements';
    const cut = new Date(Date.parse(await newest()) + 1).toISOString();
    await until('the cut has passed', () => (Date.now() > Date.parse(cut) ? true : undefined));
    await postBatch(tollgate.url, [call('late', '2', { endedAt: '2026-01-01T00:00:00Z' })]);

    const { code, output } = await command('statement', 'acme', '--close', 'first', '--to', cut, '--url', tollgate.url);
    expect([code, output]).toEqual([
      0,
      expect.stringMatching(/\nStatement first, closed \S+\nRecorded from the first/),
    ]);
    expect(output).not.toContain('late');
    const again = await api.post(path, { statementId: 'first', to: cut });
    expect([again.status, again.body]).toEqual([200, expect.objectContaining({ kind: 'statement', duplicate: true })]);
    const first = await api.get(`${path}/first`);
    expect(first.body).toMatchObject({ number: 1, to: cut, fromRevision: 0, entries: 4 });

    await postBatch(tollgate.url, [call('after', '3')]);
    const now = new Date(Date.parse(await newest()) + 1).toISOString();
    await until('that has passed too', () => (Date.now() > Date.parse(now) ? true : undefined));
    expect((await api.post(path, { statementId: 'second', to: now })).status).toBe(201);
    const second = await api.get(`${path}/second`);
    expect(second.body).toMatchObject({ number: 2, from: cut, figures: { inbound: { opening: '99.9999999999' } } });
    expect(await readAll(tollgate.url, path, 1)).toEqual([first.body, second.body]);
    expect((await command('statement', 'acme', '--id', 'second')).output).toMatch(
      /usage +late .* -2 +\S+ +late\n.*usage +after .* -3 +\S+\n/,
    );

    await tollgate.stop();
    tollgate = await startTollgate({ data: tollgate.data, environment });
    expect(await readAll(tollgate.url, path)).toEqual([first.body, second.body]);
    const exported = join(folder, 'closed.ndjson');
    await writeFile(exported, (await command('export')).output);
    for (const source of [[], [exported], ['--url', tollgate.url]])
      expect(await command('statement', 'acme', '--id', 'first', ...source)).toEqual({ code: 0, output });
    const audited = await command('audit', 'cutoff', exported);
    expect(audited).toEqual({ code: 0, output: expect.stringMatching(/^0 differences/) as string });
  });

  const early = '2026-01-01T00:00:00Z';
  it.each([
    { accountId: 'acme', body: { statementId: 'first', to: early }, told: '409 ID_CONFLICT' },
    { accountId: 'acme', body: { statementId: 'third', to: early }, told: '409 STATEMENT_PERIOD_INVALID' },
    {
      accountId: 'acme',
      body: { statementId: 'third', to: '2126-01-01T00:00:00Z' },
      told: '409 STATEMENT_PERIOD_INVALID',
    },
    { accountId: 'zenith', body: { statementId: 'first', to: early }, told: '409 STATEMENT_PERIOD_INVALID' },
    { accountId: 'nobody', body: { statementId: 'first', to: early }, told: '404 ACCOUNT_NOT_FOUND' },
    { accountId: '@', body: { statementId: 'first', to: early }, told: '404 ACCOUNT_NOT_FOUND' },
    { accountId: 'acme', body: { statementId: 'a b', to: early }, told: '400 INVALID_REQUEST' },
    { accountId: 'acme', body: { statementId: 'third', to: 'monday' }, told: '400 INVALID_REQUEST' },
    { accountId: 'acme', body: { statementId: 'third' }, told: '400 INVALID_REQUEST' },
  ])('answers a closing of $accountId with $body with $told', async ({ accountId, body, told }) => {
    const api = await describedApi(tollgate.url);
    const answer = await api.post(`/v1/accounts/${accountId}/statements`, body);
    expect(`${String(answer.status)} ${answer.body['code'] as string}`).toBe(told);
  });

  it.each([
    ['/v1/accounts/acme/statements/third', 404, 'STATEMENT_NOT_FOUND'],
    ['/v1/accounts/nobody/statements/first', 404, 'ACCOUNT_NOT_FOUND'],
    ['/v1/accounts/nobody/statements', 404, 'ACCOUNT_NOT_FOUND'],
    ['/v1/accounts/acme/statements?after=x', 400, 'INVALID_REQUEST'],
  ])('answers %s with %i %s', async (path, status, code) => {
    const answer = await (await describedApi(tollgate.url)).get(path);
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
  });

  it.each([
    [['acme', '--close', 'x'], 2, '--close: say up to when with --to'],
    [['acme', 'export.ndjson', '--close', 'x', '--to', '2026-01-01T00:00:00Z'], 2, 'only a Tollgate that runs'],
    [['nobody'], 1, 'account nobody is not there'],
    [['acme', '--id', 'january'], 1, 'account acme has no closed statement january'],
    [['acme', '--zone', 'Europe/Atlantis'], 2, '"Europe/Atlantis" is no time zone'],
    [['acme', '--from', 'monday'], 2, 'It must be like 2026-01-31T00:00:00Z'],
  ])('tollgate statement %j ends with %i and says why', async (args, code, why) => {
    expect(await command('statement', ...args)).toEqual({ code, output: expect.stringContaining(why) as string });
  });
});

test('where each role is a process, intake closes a statement and the api answers it once it is there', async () => {
  const roles = setUps.find(({ name }) => name === 'each role a process');
  const ledger = await roles?.start({ data: await createDataFolder() });
  const url = String(ledger?.url);
  const api = await describedApi(url);
  await openPrepaid(url, ['acme']);
  await postBatch(url, [call('u', '7')]);
  const to = new Date(Date.now() + 1).toISOString();
  await until('the end has passed', () => (Date.now() > Date.parse(to) ? true : undefined));
  const closed = await api.post('/v1/accounts/acme/statements', { statementId: 's', to });
  expect([closed.status, closed.body]).toEqual([201, expect.objectContaining({ id: 's', duplicate: false })]);
  const position = closed.body['position'] as string;
  const { body } = await api.get(`/v1/accounts/acme/statements/s?minPosition=${position}`);
  expect(body).toMatchObject({ number: 1, entries: 1, position, figures: { inbound: { closing: '-7' } } });
  await ledger?.stop();
});
