import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { createMetrics } from './metrics';
import { createHttpServer } from './http-server';
import { observeRequests } from './request-times';
import { createRequestIds } from './request-ids';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const limits = {
  bodyBytes: 1_000,
  requestTimeoutMs: 5_000,
  headersTimeoutMs: 5_000,
  idleTimeoutMs: 5_000,
  connections: 9,
  allowedHosts: ['tollgate.example'],
};
const metrics = createMetrics();
const server = createHttpServer(limits, silent, createRequestIds('run'));
observeRequests(server, metrics);
server.get('/id', (request) => ({ id: request.id }));
server.get('/broken', () => {
  throw new Error('inside');
});
server.post('/json', (request) => ({ body: request.body }));

let port = 0;
const call = (path: string, options?: RequestInit) => fetch(`http://127.0.0.1:${String(port)}${path}`, options);
beforeAll(async () => {
  port = Number(new URL(await server.listen({ host: '127.0.0.1', port: 0 })).port);
});
afterAll(() => server.close());

const raw = async (request: string): Promise<string> => {
  const socket = connect(port, '127.0.0.1');
  socket.end(request);
  return text(socket);
};
const idIn = (answer: string): string | undefined => /^request-id: (\S+)\r$/im.exec(answer)?.[1];

describe('every answer names its request', () => {
  test('with the id the handler has, one for each, and none that the client chose', async () => {
    const first = await call('/id', { headers: { 'request-id': 'mine', 'x-request-id': 'mine' } });
    const second = await call('/id');
    expect(first.headers.get('request-id')).toMatch(/^run-\d+$/);
    expect(await first.json()).toEqual({ id: first.headers.get('request-id') });
    expect(second.headers.get('request-id')).not.toBe(first.headers.get('request-id'));
  });

  test.each([
    ['is not found', 'GET /nothing HTTP/1.1\r\nhost: localhost\r\n\r\n', 404],
    ['fails inside', 'GET /broken HTTP/1.1\r\nhost: localhost\r\n\r\n', 500],
    [
      'has no body that can be read',
      'POST /json HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1\r\n\r\n{',
      400,
    ],
    [
      'has another content type',
      'POST /json HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain\r\ncontent-length: 1\r\n\r\n{',
      415,
    ],
    ['has no path', 'GET /%zz HTTP/1.1\r\nhost: localhost\r\n\r\n', 400],
    ['names no host', 'GET /id HTTP/1.1\r\n\r\n', 400],
    ['names two hosts', 'GET /id HTTP/1.1\r\nhost: localhost\r\nHOST: localhost\r\n\r\n', 400],
    ['expects what is not known', 'GET /id HTTP/1.1\r\nhost: localhost\r\nexpect: tea\r\n\r\n', 417],
    ['is none', 'no request\r\n\r\n', 400],
  ])('also where it %s', async (_what, request, status) => {
    const answer = await raw(request.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n'));
    expect([answer.slice(9, 12), idIn(answer)]).toEqual([String(status), expect.stringMatching(/^run-\d+$/)]);
  });

  test('in no two processes the same', () => {
    const ids = Array.from({ length: 100 }, () => createRequestIds()());
    expect(new Set(ids).size).toBe(100);
    expect(ids.every((id) => /^[0-9a-f]{12}-1$/.test(id))).toBe(true);
  });
});

test('requests are counted by method, route and status, unknown ones too', async () => {
  await call('/id');
  await call('/nowhere', { method: 'POST' });
  const figures = await metrics.metrics();
  expect(figures).toMatch(/^tollgate_http_request_seconds_count\{method="GET",route="\/id",status="200"\} [1-9]/m);
  expect(figures).toMatch(/^tollgate_http_request_seconds_count\{method="POST",route="unknown",status="404"\} [1-9]/m);
});
