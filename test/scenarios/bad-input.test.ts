import { connect } from 'node:net';
import { once } from 'node:events';
import { get, post, readAll, send } from './support/api';
import type { Answer, Fields, Sent } from './support/api';
import { badBodies, goodPayment } from './support/bad-bodies';
import { readContract } from './support/contract';
import type { Contract } from './support/contract';
import { createDataFolder, startTollgate } from './support/tollgate-process';
import type { Tollgate } from './support/tollgate-process';

let tollgate: Tollgate;
let contract: Contract;
let before: unknown;

/** Everything that a refused request must leave as it was. */
const everything = async (): Promise<unknown> => {
  const { url } = tollgate;
  const metrics = await send(url, { method: 'GET', path: '/metrics' });
  return {
    accounts: await readAll(url, '/v1/accounts'),
    history: await readAll(url, '/v1/accounts/victim/history'),
    blocked: await readAll(url, '/v1/traffic-control'),
    log: /^tollgate_log_position \d+$/m.exec(metrics.text)?.[0],
  };
};

beforeAll(async () => {
  tollgate = await startTollgate({
    data: await createDataFolder(),
    flags: ['--max-body-bytes', '1000000', '--max-batch-lines', '1000'],
  });
  contract = await readContract(tollgate.url);
  await post(tollgate.url, '/v1/accounts', { accountId: 'victim', currency: 'EUR', cutoff: { balances: ['inbound'] } });
  const { body } = await post(tollgate.url, '/v1/payments', goodPayment({ paymentId: 'first', amount: '5' }));
  await get(tollgate.url, `/v1/accounts/victim?minPosition=${body['position'] as string}`);
  before = await everything();
});

const json = { 'content-type': 'application/json' };
const pathOf = { payment: '/v1/payments', usage: '/v1/usage' } as const;

const problemOf = (sent: Pick<Sent, 'method' | 'path'>, answer: Answer, isDescribed = true): Fields => {
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  if (isDescribed) expect(contract.faultsOf(sent, answer)).toEqual([]);
  expect(answer.text.length).toBeLessThan(30_000);
  const problem = JSON.parse(answer.text) as Fields;
  expect(problem['status']).toBe(answer.status);
  return problem;
};

describe('a body', () => {
  it.each(badBodies)(
    'with $name is refused as $code, and the fault is named',
    async ({ kind, bytes, status, code, names }) => {
      const sent = { method: 'POST', path: pathOf[kind], headers: json, body: bytes };
      const problem = problemOf(sent, await send(tollgate.url, sent));
      expect([problem['status'], problem['code']]).toEqual([status, code]);
      expect(problem['detail']).toContain(names);
    },
  );

  it.each(
    badBodies.filter(({ bytes }) => typeof bytes === 'string' && bytes.startsWith('{"') && bytes.length < 900_000),
  )('with $name is refused in a batch too, and the lines around it are judged', async ({ kind, bytes, code }) => {
    const line = String(bytes).replace('{', `{"kind":"${kind}",`).replaceAll('\n', ' ');
    const good = `{"kind":"payment",${JSON.stringify(goodPayment({ paymentId: 'first', amount: '5' })).slice(1)}`;
    const sent = {
      method: 'POST',
      path: '/v1/batch',
      headers: { 'content-type': 'application/x-ndjson' },
      body: `${good}\n${line}\n${good}`,
    };
    const answer = await send(tollgate.url, sent);
    const answers = answer.text
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text) as Fields);
    expect(answers.map((one) => one['code'] ?? one['status'])).toEqual([200, code, 200]);
  });

  it('with bytes that are not UTF-8 in one line of a batch spoils that line alone', async () => {
    const good = Buffer.from(JSON.stringify({ kind: 'payment', ...goodPayment({ paymentId: 'first', amount: '5' }) }));
    const body = Buffer.concat([
      good,
      Buffer.from('\n{"kind":"'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('"}\n'),
      good,
    ]);
    const answer = await send(tollgate.url, {
      method: 'POST',
      path: '/v1/batch',
      headers: { 'content-type': 'application/x-ndjson' },
      body,
    });
    expect(
      answer.text
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as Fields)['status']),
    ).toEqual([200, 400, 200]);
  });

  const huge = JSON.stringify(goodPayment({ reference: 'x'.repeat(2_000_000) }));
  const many = `${JSON.stringify({ kind: 'payment', ...goodPayment() })}\n`.repeat(1_001);
  const tooLarge = [
    { name: 'above the limit', path: '/v1/payments', type: 'application/json', body: huge },
    { name: 'above the limit, a batch', path: '/v1/batch', type: 'application/x-ndjson', body: huge },
    { name: 'of more lines than a batch may have', path: '/v1/batch', type: 'application/x-ndjson', body: many },
  ];
  it.each(tooLarge)('$name is 413', async ({ path, type, body }) => {
    const sent = { method: 'POST', path, headers: { 'content-type': type }, body };
    const problem = problemOf(sent, await send(tollgate.url, sent));
    expect([problem['status'], problem['code']]).toEqual([413, 'INVALID_REQUEST']);
  });

  const types = [
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'application/jsonp',
    'nonsense',
    undefined,
  ];
  it.each(
    ['/v1/payments', '/v1/usage', '/v1/adjustments', '/v1/reversals', '/v1/accounts', '/v1/batch'].flatMap((path) =>
      types.map((type) => ({ path, type })),
    ),
  )('sent to $path as $type is 415', async ({ path, type }) => {
    const sent = {
      method: 'POST',
      path,
      headers: type === undefined ? {} : { 'content-type': type },
      body: JSON.stringify(goodPayment()),
    };
    const problem = problemOf(sent, await send(tollgate.url, sent));
    expect([problem['status'], problem['code']]).toEqual([415, 'INVALID_REQUEST']);
    expect(problem['detail']).toContain('content-type');
  });

  it.each([
    ['/v1/batch', 'application/json'],
    ['/v1/payments', 'application/x-ndjson'],
    ['/v1/payments', 'application/json; charset=utf-16'],
  ])('for %s as %s is 415', async (path, type) => {
    const sent = { method: 'POST', path, headers: { 'content-type': type }, body: JSON.stringify(goodPayment()) };
    expect(problemOf(sent, await send(tollgate.url, sent))['status']).toBe(415);
  });
});

describe('rules, corrections and reversals', () => {
  const rule = { method: 'PUT', path: '/v1/accounts/victim/cutoff' };
  const opening = { method: 'POST', path: '/v1/accounts' };
  const adjusting = { method: 'POST', path: '/v1/adjustments' };
  const reversing = { method: 'POST', path: '/v1/reversals' };
  const adjustment = {
    adjustmentId: 'a',
    accountId: 'victim',
    direction: 'inbound',
    amount: '1',
    currency: 'EUR',
    reason: 'r',
    actor: 'ann',
  };
  const reversal = {
    reversalId: 'r',
    accountId: 'victim',
    of: { kind: 'payment', id: 'first' },
    reason: 'r',
    actor: 'ann',
  };
  const rows: [Pick<Sent, 'method' | 'path'>, unknown, string][] = [
    [rule, {}, 'balances'],
    [rule, { balances: ['inward'] }, 'balances'],
    [rule, { balances: 'inbound' }, 'balances'],
    [rule, { balances: ['inbound', 'inbound'] }, 'balances'],
    [rule, { balances: [], creditLimits: { inbound: '-1' } }, 'creditLimits.inbound'],
    [rule, { balances: [], creditLimits: { inbound: 5 } }, 'creditLimits.inbound'],
    [rule, { balances: [], creditLimits: { total: '5' } }, 'creditLimits.total'],
    [rule, { balances: [], creditLimits: '5' }, 'creditLimits'],
    [rule, { balances: [], mutualFormula: 'inbound+outbound' }, 'mutualFormula'],
    [rule, { balances: [], extra: 1 }, 'extra'],
    [opening, { accountId: 'new', currency: 'euro' }, 'currency'],
    [opening, { accountId: 'new/er', currency: 'EUR' }, 'accountId'],
    [opening, { accountId: 'new', currency: 'EUR', name: '' }, 'name'],
    [opening, { accountId: 'new', currency: 'EUR', cutoff: null }, 'cutoff'],
    [opening, { accountId: 'new', currency: 'EUR', cutoff: { balances: ['all'] } }, 'cutoff.balances'],
    [adjusting, { ...adjustment, amount: '0' }, 'amount'],
    [adjusting, { ...adjustment, amount: '-0' }, 'amount'],
    [adjusting, { ...adjustment, amount: '-0.00' }, 'amount'],
    [adjusting, { ...adjustment, amount: '--1' }, 'amount'],
    [adjusting, { ...adjustment, reason: '' }, 'reason'],
    [adjusting, { ...adjustment, actor: 'x'.repeat(501) }, 'actor'],
    [reversing, { ...reversal, of: 'first' }, 'of'],
    [reversing, { ...reversal, of: { kind: 'payment' } }, 'of.id'],
    [reversing, { ...reversal, of: { kind: 'call', id: 'first' } }, 'of.kind'],
    [reversing, { ...reversal, amount: '1' }, 'amount'],
    [reversing, { ...reversal, reason: undefined }, 'reason'],
  ];
  it.each(rows)('%j %j names %s', async (call, body, name) => {
    const sent = { ...call, headers: json, body: JSON.stringify(body) };
    const problem = problemOf(sent, await send(tollgate.url, sent));
    expect([problem['status'], problem['code']]).toEqual([400, 'INVALID_REQUEST']);
    expect(problem['detail']).toContain(name);
  });
});

describe('a request', () => {
  const unknown: [string, string, number][] = [
    ['GET', '/', 404],
    ['GET', '/v1', 404],
    ['GET', '/v2/accounts', 404],
    ['DELETE', '/v1/accounts/victim', 404],
    ['GET', '/v1/payments', 404],
    ['PUT', '/v1/payments', 404],
    ['GET', '/v1/accounts/victim/secrets', 404],
    ['GET', '/v1/accounts/', 404],
    ['GET', '/v1/accounts/../../etc/passwd', 404],
    ['GET', '/v1/accounts/%2e%2e%2fvictim', 404],
    ['GET', '/v1/accounts/%00', 404],
    ['GET', '/v1/accounts/%E0%A4%A', 400],
    ['GET', '/v1/accounts/__proto__', 404],
    ['GET', `/v1/accounts/${'x'.repeat(150)}`, 404],
    ['GET', `/v1/accounts/${'x'.repeat(450)}`, 400],
    ['GET', '/v1/accounts/victim/history?after=-1', 400],
    ['GET', '/v1/accounts/victim?unknown=1', 400],
    ['GET', '/v1/accounts/victim?minPosition=1&minPosition=2', 400],
    ['GET', '/v1/accounts/victim?minPosition=99999999999999999999999', 400],
    ['GET', '/v1/accounts/victim?__proto__=1', 400],
  ];
  it.each(unknown)('%s %s is answered with a problem', async (method, path, status) => {
    const answer = await send(tollgate.url, { method, path });
    expect(problemOf({ method, path }, answer, false)['status']).toBe(status);
  });

  it.each([
    ['garbage', 'GARBAGE\r\n\r\n'],
    ['half a header', 'POST /v1/payments HTTP/1.1\r\nHost: x\r\nContent-Le'],
    [
      'a length that lies',
      'POST /v1/payments HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"a"',
    ],
    ['a header of 100,000 bytes', `GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(100_000)}\r\n\r\n`],
  ])('that is %s, cut off by its client, harms nobody', async (_name, bytes) => {
    const { hostname, port } = new URL(tollgate.url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.end(bytes);
    socket.resume();
    await once(socket, 'close');
    expect((await get(tollgate.url, '/healthz')).status).toBe(200);
  });
});

describe('after all of it', () => {
  it('balances, traffic and log are as before', async () => {
    expect(await everything()).toEqual(before);
  });

  it('everything still works', async () => {
    const { status, body } = await post(tollgate.url, '/v1/payments', goodPayment({ paymentId: 'good' }));
    expect(status).toBe(201);
    const victim = await get(tollgate.url, `/v1/accounts/victim?minPosition=${body['position'] as string}`);
    expect(victim.body['balances']).toEqual({ inbound: '6', outbound: '0', mutual: '-6' });
    expect((await tollgate.stop()).code).toBe(0);
  });
});
