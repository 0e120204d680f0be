import { once } from 'node:events';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { createHttpServer } from '@tollgate/service-runtime';
import type { Log } from '@tollgate/service-runtime';
import { send } from '../../scenarios/support/api';
import { createDataFolder, startTollgate } from '../../scenarios/support/tollgate-process';
import type { Tollgate } from '../../scenarios/support/tollgate-process';
import { until } from '../../scenarios/support/until';

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** A connection that says `text`; `closed` resolves with all it was answered once the server has closed it. */
const open = async (url: string, text: string): Promise<{ socket: Socket; closed: Promise<string> }> => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  sockets.push(socket);
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  socket.on('error', () => undefined);
  const closed = new Promise<string>((resolve) => {
    socket.once('close', () => {
      resolve(answer);
    });
  });
  await once(socket, 'connect');
  socket.write(text);
  return { socket, closed };
};

const slowHead = 'POST /v1/payments HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';
const slowBody = `${slowHead}content-length: 1000\r\n\r\n{"paymentId":`;
const json = { 'content-type': 'application/json' };
const ndjson = { 'content-type': 'application/x-ndjson' };

describe('the limits of a running Tollgate', () => {
  let tollgate: Tollgate;
  let url: string;

  beforeAll(async () => {
    tollgate = await startTollgate({
      data: await createDataFolder(),
      flags: ['--max-body-bytes', '100000', '--max-batch-lines', '100'],
    });
    ({ url } = tollgate);
  });

  const problemOf = async (path: string, headers: Record<string, string>, body: string) => {
    const answer = await send(url, { method: 'POST', path, headers, body });
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    const { code, detail } = JSON.parse(answer.text) as { code: string; detail: string };
    return `${String(answer.status)} ${code}: ${detail}`;
  };

  test('a body of the limit is read, one byte more is 413', async () => {
    expect(await problemOf('/v1/payments', json, 'x'.repeat(100_000))).toMatch(/^400 INVALID_REQUEST: .*JSON/);
    const refusal = '413 INVALID_REQUEST: the body is larger than 100000 bytes';
    expect(await problemOf('/v1/payments', json, 'x'.repeat(100_001))).toBe(refusal);
    expect(await problemOf('/v1/batch', ndjson, 'x'.repeat(100_001))).toBe(refusal);
  });

  test('a batch of the limit is answered line by line, one line more is 413 and none is recorded', async () => {
    const answer = await send(url, { method: 'POST', path: '/v1/batch', headers: ndjson, body: '{}\n'.repeat(100) });
    expect([answer.status, answer.text.trimEnd().split('\n').length]).toEqual([200, 100]);
    expect(await problemOf('/v1/batch', ndjson, '{}\n'.repeat(101))).toMatch(/^413 INVALID_REQUEST: .*101 lines/);
  });

  test('headers above 16 KiB are 431, as a problem', async () => {
    const { closed } = await open(url, `GET /healthz HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(17_000)}\r\n\r\n`);
    const answer = await closed;
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(answer).toMatch(/content-type: application\/problem\+json/);
    expect(answer).toContain('"code":"INVALID_REQUEST"');
    const head = await open(url, `HEAD /healthz HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(17_000)}\r\n\r\n`);
    expect(await head.closed).toMatch(/^HTTP\/1\.1 431 [^{]*\r\n\r\n$/);
  });

  test('an expectation nobody knows is 417, a request without a host or with two 400, what is no HTTP 400: problems all', async () => {
    const requests = [
      'GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nexpect: a miracle\r\n\r\n',
      'GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n',
      'GET /healthz HTTP/1.1\r\nconnection: close\r\nhost: localhost\r\nhost: y\r\n\r\n',
      'hello\r\n\r\n',
    ];
    const answers = await Promise.all(requests.map(async (text) => (await open(url, text)).closed));
    expect(answers.map((answer) => answer.slice(9, 12))).toEqual(['417', '400', '400', '400']);
    for (const answer of answers) expect(answer).toMatch(/application\/problem\+json[^]*"detail":"[^"]/);
  });

  test('200 slow connections do not keep others waiting; slow headers, and silence, are dropped after 15 s', async () => {
    const slow = await Promise.all(
      Array.from({ length: 200 }, (_, index) => open(url, index % 2 === 0 ? slowHead : slowBody)),
    );
    const mute = await open(url, '');
    const account = JSON.stringify({ accountId: 'quick', currency: 'EUR' });
    expect((await send(url, { method: 'POST', path: '/v1/accounts', headers: json, body: account })).status).toBe(201);
    const durations: number[] = [];
    for (let nth = 0; nth < 100; nth += 1) {
      const body = `{"paymentId":"p-${String(nth)}","accountId":"quick","direction":"inbound","amount":"1","currency":"EUR"}`;
      const startedAt = performance.now();
      expect((await send(url, { method: 'POST', path: '/v1/payments', headers: json, body })).status).toBe(201);
      durations.push(performance.now() - startedAt);
    }
    expect(Math.max(...durations)).toBeLessThan(1_000);
    const answers = await Promise.all(slow.filter((_, index) => index % 2 === 0).map(({ closed }) => closed));
    expect(new Set(answers.map((answer) => answer.slice(0, 12)))).toEqual(new Set(['HTTP/1.1 408']));
    expect(await mute.closed).toMatch(/^HTTP\/1\.1 408 /);
    expect(slow.filter(({ socket }) => !socket.destroyed)).toHaveLength(100);
  }, 60_000);
});

describe('a Tollgate that takes 20 connections', () => {
  // Far less than the 15 s after which a slow request is dropped, which must not be taken for the limit.
  const atOnceMs = 3_000;

  test('closes those above as they come, unanswered; the others stay, are served, and one that leaves makes room', async () => {
    const { url } = await startTollgate({ data: await createDataFolder(), flags: ['--max-connections', '20'] });
    const account = '{"accountId":"one","currency":"EUR"}';
    const head =
      'POST /v1/accounts HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nconnection: close\r\n';
    const slow = `${head}content-length: ${String(account.length)}\r\n\r\n`;
    const many = await Promise.all(Array.from({ length: 30 }, () => open(url, slow)));
    const closed = () => many.filter(({ socket }) => socket.destroyed);
    await until('those above are closed', () => closed().length >= 10, atOnceMs);
    expect(await Promise.all(closed().map((one) => one.closed))).toEqual(Array.from({ length: 10 }, () => ''));
    const [served, ...others] = many.filter(({ socket }) => !socket.destroyed);
    served?.socket.write(account);
    expect(await served?.closed).toMatch(/^HTTP\/1\.1 201 /);
    const isTaken = () => send(url, { method: 'GET', path: '/healthz' }).then(({ status }) => status === 200);
    await until('there is room for another', () => isTaken().catch(() => false), atOnceMs);
    expect(others.filter(({ socket }) => !socket.destroyed)).toHaveLength(19);
  }, 12_000);
});

const urlOf = ({ server }: ReturnType<typeof createHttpServer>): string =>
  `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;

describe('a server with short limits', () => {
  const limits = {
    bodyBytes: 1_000,
    requestTimeoutMs: 600,
    headersTimeoutMs: 300,
    idleTimeoutMs: 200,
    connections: 10,
    allowedHosts: [],
  };
  const server = createHttpServer(limits, silent);
  const patient = createHttpServer({ ...limits, requestTimeoutMs: 60_000, idleTimeoutMs: 60_000 }, silent);
  let url: string;

  beforeAll(async () => {
    server.post('/v1/payments', () => ({}));
    server.get('/healthz', () => ({ status: 'ok' }));
    await server.listen({ host: '127.0.0.1', port: 0 });
    url = urlOf(server);
  });
  afterAll(() => Promise.all([server.close(), patient.close()]));

  test.each([
    ['headers', slowHead],
    ['a body', slowBody],
    ['chunks', `${slowHead}transfer-encoding: chunked\r\n\r\n5\r\n{"a":\r\n`],
  ])('drops a client that is slow with %s, as 408', async (_what, text) => {
    const answer = await (await open(url, text)).closed;
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('"detail":"the request did not arrive in full in time"');
  });

  test('drops a connection that says nothing, as soon as one whose headers are slow', async () => {
    await patient.listen({ host: '127.0.0.1', port: 0 });
    const { closed } = await open(urlOf(patient), '');
    expect(await closed).toMatch(/^HTTP\/1\.1 408 /);
  }, 10_000);

  test('drops a client that sends a byte now and then', async () => {
    const { socket, closed } = await open(url, slowBody);
    const drip = setInterval(() => socket.write(' '), 50);
    expect(await closed).toMatch(/^HTTP\/1\.1 408 /);
    clearInterval(drip);
  });

  test('keeps a connection for its next request, and closes it when it stays idle', async () => {
    const { socket, closed } = await open(url, 'GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await once(socket, 'data');
    socket.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n');
    expect((await closed).match(/HTTP\/1\.1 200/g)).toHaveLength(2);
  });
});
