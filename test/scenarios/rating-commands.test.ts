import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startBroker } from '../../infra/kafka/broker';
import type { Broker } from '../../infra/kafka/broker';
import { get, openPrepaid, post, readAll } from './support/api';
import type { Fields } from './support/api';
import { untilReady } from './support/kafka-observer';
import { outsideOf, startOnKafka } from './support/kafka-scenario';
import { createDataFolder, runTollgate, spawnTollgate } from './support/tollgate-process';
import type { Tollgate } from './support/tollgate-process';
import { until } from './support/until';

const prefix = 'rating-commands.';
const startedAt = '2026-01-31T12:00:00.000Z';
const january = ['--since', '2026-01-01T00:00:00Z', '--until', '2026-02-01T00:00:00Z'];
const many = 3_000;

const head = 'prefix,currency,perMinute,connectFee,initialSeconds,incrementSeconds,barred\n';
const partners = {
  accounts: {
    acme: { currency: 'EUR', decks: { inbound: 'acme' } },
    globex: { currency: 'EUR', decks: { outbound: 'globex' } },
    bulk: { currency: 'EUR', decks: { inbound: 'acme' } },
    least: { currency: 'EUR', decks: { inbound: 'acme' }, minimumCharge: '1' },
  },
};

let broker: Broker;
let parts: ReturnType<typeof outsideOf>;
let folder: string;
let files: string;
let tollgate: Tollgate;

/** So many euro a minute for calls to 44, inbound. */
const priceIs = (perMinute: string): Promise<void> =>
  writeFile(join(folder, 'acme.csv'), `${head}44,EUR,${perMinute},,1,1,\n`);
const raterFlags = (): string[] => ['--rater', join(folder, 'rater.json'), '--decks', folder];
const kafka = (): string[] => ['--kafka-brokers', broker.brokers.join(','), '--kafka-topic-prefix', prefix];
const rerate = (accountId: string, ...flags: string[]) =>
  runTollgate('rate', 'rerate', ...raterFlags(), '--url', tollgate.url, '--account', accountId, ...january, ...flags);
const sendFile = async (name: string, text: string) => {
  await writeFile(join(files, name), text);
  return runTollgate('rate', 'send', ...kafka(), join(files, name));
};

beforeAll(async () => {
  [broker, folder, files] = await Promise.all([startBroker(), createDataFolder(), createDataFolder()]);
  await Promise.all([
    priceIs('0.6'),
    writeFile(join(folder, 'globex.csv'), `${head}442,EUR,0.2,0.01,30,6,\n`),
    writeFile(join(folder, 'rater.json'), JSON.stringify(partners)),
  ]);
  parts = outsideOf(broker, prefix);
  tollgate = await startOnKafka(broker.brokers, { data: await createDataFolder(), prefix, flags: raterFlags() });
  await untilReady(tollgate.url);
  await openPrepaid(tollgate.url, ['acme', 'globex', 'bulk', 'least']);
  for (const accountId of ['acme', 'bulk'])
    await post(tollgate.url, '/v1/payments', {
      ...{
        paymentId: 'p',
        accountId,
        direction: 'inbound',
        amount: accountId === 'acme' ? '1' : '2000',
        currency: 'EUR',
      },
    });
});
afterAll(async () => {
  await tollgate.kill();
  await parts.outside.close();
  await broker.stop();
});

const accountOf = async (accountId: string): Promise<Fields> =>
  (await get(tollgate.url, `/v1/accounts/${accountId}`)).body;
const inboundOf = async (accountId: string): Promise<unknown> =>
  ((await accountOf(accountId))['balances'] as Fields)['inbound'];
const entriesOf = async (accountId: string): Promise<string[]> =>
  (await readAll(tollgate.url, `/v1/accounts/${accountId}/history`)).flatMap(({ data }) => {
    const { usageId, reversalId } = data as Record<string, string | undefined>;
    return usageId ?? reversalId ?? [];
  });
const untilCharged = (accountId: string, count: number) =>
  until(
    `${String(count)} calls of ${accountId} are charged`,
    async () => (await entriesOf(accountId)).length >= count,
    60_000,
  );

describe('files of CDRs', () => {
  const csv = [
    'cdrId,originator,terminator,callee,startedAt,durationMs,attributes.gateway',
    `c1,acme,globex,+442079460000,${startedAt},30500,lon1`,
    `c2,acme,globex,+442079460000,${startedAt},soon,lon1`,
    `c3,acme,globex,+442079460000,${startedAt},60000,`,
  ].join('\n');

  it('are sent, rated and charged; what is no CDR is named by its line, and the file sent again changes nothing', async () => {
    const { code, output } = await sendFile('calls.csv', `${csv}\n`);
    expect([code, output]).toEqual([
      1,
      expect.stringMatching(/^line 3: durationMs: [^]*\n2 CDRs sent, 1 refused\.\n$/),
    ]);
    const call = {
      cdrId: 'c4',
      originator: 'acme',
      terminator: 'globex',
      callee: '+442079460001',
      startedAt,
      durationMs: 900,
    };
    expect(await sendFile('calls.ndjson', `${JSON.stringify(call)}\n`)).toMatchObject({
      code: 0,
      output: '1 CDRs sent, 0 refused.\n',
    });
    await untilCharged('acme', 3);
    // 31, 60 and 1 s at 0.01 a second.
    expect(await inboundOf('acme')).toBe('0.08');
    await sendFile('calls.csv', `${csv}\n`);
    await sendFile('last.ndjson', `${JSON.stringify({ ...call, cdrId: 'last', durationMs: 0 })}\n`);
    await untilCharged('acme', 4);
    expect((await entriesOf('acme')).sort()).toEqual(['c1/in', 'c3/in', 'c4/in', 'last/in']);
  });

  it('that are not there are told of', async () => {
    const { code, output } = await runTollgate('rate', 'send', ...kafka(), join(files, 'nothing.csv'));
    expect([code, output]).toEqual([2, expect.stringMatching(/^tollgate: [^\n]*nothing\.csv[^\n]*\n$/)]);
  });
});

describe('calls rated again by a deck that was mended', () => {
  it('are shown first, with their effect on balances and blocks, and nothing changes', async () => {
    await priceIs('1.2');
    const { code, output } = await rerate('acme', '--destination', '+44');
    expect([code, output]).toEqual([
      0,
      [
        'c1/in: 0.31 → 0.62 EUR as c1/in/r2',
        'c3/in: 0.6 → 1.2 EUR as c3/in/r2',
        'c4/in: 0.01 → 0.02 EUR as c4/in/r2',
        'inbound balance: 0.08 → -0.84',
        'outbound balance: 0 → 0',
        'mutual balance: -0.08 → 0.84',
        'blocked: nothing → inbound',
        '4 calls chosen, 3 cost something else now, 0 cannot be rated; nothing was changed (--yes does it).',
        '',
      ].join('\n'),
    ]);
    expect(await inboundOf('acme')).toBe('0.08');
  });

  it('are reversed and charged under new ids with --yes, once', async () => {
    const done = await rerate('acme', '--yes');
    expect(done).toMatchObject({ code: 0 });
    expect(done.output).toMatch(/\n4 calls chosen, 3 cost something else now, 0 cannot be rated; all corrected\.\n$/);
    expect(await inboundOf('acme')).toBe('-0.84');
    expect((await accountOf('acme'))['traffic']).toMatchObject({ inbound: { state: 'blocked' } });
    const entries = await entriesOf('acme');
    expect(entries.filter((id) => id.endsWith('/r2')).sort()).toEqual(['c1/in/r2', 'c3/in/r2', 'c4/in/r2']);
    const again = await rerate('acme', '--yes');
    expect(again.output).toMatch(/\n4 calls chosen, 0 cost something else now, 0 cannot be rated; all corrected\.\n$/);
    expect(await entriesOf('acme')).toEqual(entries);
  });

  it('and again are charged as /r3; a call that nothing prices any more stays as it is', async () => {
    await priceIs('0.3');
    expect((await rerate('acme', '--yes')).output).toContain('c1/in/r2: 0.62 → 0.155 EUR as c1/in/r3\n');
    await writeFile(join(folder, 'acme.csv'), `${head}33,EUR,1,,1,1,\n`);
    const { code, output } = await rerate('acme');
    expect([code, output]).toEqual([
      1,
      expect.stringMatching(/c1\/in\/r3: stays as it is: NO_PRICE: deck acme has no price/),
    ]);
    await priceIs('0.3');
  });

  it('are all corrected once where the command is killed in its middle and run again', async () => {
    const calls = Array.from({ length: many }, (_, index) => ({
      ...{ cdrId: `b${String(index)}`, originator: 'bulk', terminator: 'nobody', legs: ['inbound'] },
      ...{ callee: '+442079460000', startedAt, durationMs: 60_000 },
    }));
    await sendFile('bulk.ndjson', calls.map((call) => `${JSON.stringify(call)}\n`).join(''));
    await untilCharged('bulk', many);
    const before = await inboundOf('bulk');
    await priceIs('0.9');
    const { child, exited } = spawnTollgate([
      ...['rate', 'rerate', ...raterFlags(), '--url', tollgate.url, '--account', 'bulk', ...january, '--yes'],
    ]);
    await until('some are corrected', async () => (await inboundOf('bulk')) !== before);
    child.kill('SIGKILL');
    await exited;
    const { code } = await rerate('bulk', '--yes');
    expect(code).toBe(0);
    // The process that was killed charged 0.6 a minute, or, once the role read the deck anew, what it says now: each call is 0.9 in the end.
    expect(await inboundOf('bulk')).toBe(String(2_000 - many * 0.9));
    expect((await rerate('bulk', '--yes')).output).toContain(', 0 cost something else now, ');
  });

  it('need an account, a period and decks that are there', async () => {
    expect(await rerate('nobody')).toMatchObject({
      code: 1,
      output: expect.stringContaining('ACCOUNT_NOT_FOUND') as string,
    });
    const empty = ['--since', '2026-02-01T00:00:00Z', '--until', '2026-01-01T00:00:00Z'];
    const args = ['rate', 'rerate', ...raterFlags(), '--url', tollgate.url, '--account', 'acme', ...empty];
    expect(await runTollgate(...args)).toMatchObject({
      code: 2,
      output: 'tollgate: --until: must be later than --since\n',
    });
    const none = ['--since', '2025-01-01T00:00:00Z', '--until', '2025-02-01T00:00:00Z'];
    const nothing = await runTollgate(
      'rate',
      'rerate',
      ...raterFlags(),
      '--url',
      tollgate.url,
      '--account',
      'acme',
      ...none,
    );
    expect(nothing.output).toContain(
      '\n0 calls chosen, 0 cost something else now, 0 cannot be rated; nothing was changed',
    );
    const gone = await runTollgate(
      'rate',
      'rerate',
      '--rater',
      join(folder, 'gone.json'),
      '--decks',
      folder,
      '--account',
      'acme',
      ...january,
    );
    expect([gone.code, gone.output]).toEqual([2, expect.stringContaining('gone.json')]);
  });
});

test('what is held for a call is never below its minimum charge: it used to be the price of its seconds alone', async () => {
  const pay = (paymentId: string, amount: string) =>
    post(tollgate.url, '/v1/payments', {
      paymentId,
      accountId: 'least',
      direction: 'inbound',
      amount,
      currency: 'EUR',
    });
  const ask = (authorizationId: string) =>
    post(tollgate.url, '/v1/authorizations', {
      ...{ authorizationId, accountId: 'least', direction: 'inbound', currency: 'EUR', deck: 'acme' },
      ...{ callee: '+442079460000', requestedSeconds: 5 },
    });
  await pay('half', '0.5');
  expect((await ask('first')).body).toMatchObject({ granted: 0, reason: 'INSUFFICIENT_BALANCE' });
  await pay('rest', '0.5');
  expect((await ask('first')).body).toMatchObject({ granted: 5, reserved: '1' });
  expect((await ask('second')).body).toMatchObject({ granted: 0, reason: 'INSUFFICIENT_BALANCE' });
});
