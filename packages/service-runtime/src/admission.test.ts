import { request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { FastifyInstance } from 'fastify';
import { createAdmission } from './admission';
import { boundedBy } from './bounded-route';
import { createHttpServer } from './http-server';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const bodyBytes = 1_000;
const limits = {
  bodyBytes,
  requestTimeoutMs: 5_000,
  headersTimeoutMs: 5_000,
  idleTimeoutMs: 5_000,
  connections: 100,
  allowedHosts: [],
};

describe('what may be under way', () => {
  test('is bounded in bytes, and what was given back can be taken again', () => {
    const admission = createAdmission({ maxBytes: 100, maxRecords: 10, queued: () => 0 });
    expect([admission.take(60), admission.take(41), admission.take(40)]).toEqual([true, false, true]);
    expect([admission.bytes(), admission.refused()]).toEqual([100, 1]);
    admission.give(60);
    expect([admission.take(60), admission.bytes()]).toEqual([true, 100]);
  });

  test('is bounded in records, whatever way they came', () => {
    let queued = 10;
    const admission = createAdmission({ maxBytes: 100, maxRecords: 10, queued: () => queued });
    expect(admission.take(1)).toBe(false);
    queued = 9;
    expect(admission.take(1)).toBe(true);
  });

  test('a request larger than all of it is served alone', () => {
    const admission = createAdmission({ maxBytes: 100, maxRecords: 10, queued: () => 0 });
    expect([admission.take(500), admission.take(1)]).toEqual([true, false]);
    admission.give(500);
    expect(admission.take(1)).toBe(true);
  });
});

describe('a route that is bounded', () => {
  let server: FastifyInstance;
  let url: string;
  let answer: () => void;
  let taken: Promise<void>;
  const admission = createAdmission({ maxBytes: 1_200, maxRecords: 10, queued: () => 0 });

  beforeAll(async () => {
    server = createHttpServer(limits, silent);
    let isTaken: () => void;
    const expectRequest = (): void => void (taken = new Promise((resolve) => (isTaken = resolve)));
    expectRequest();
    server.post('/write', boundedBy(admission), async (request) => {
      const isHeld = request.headers['x-hold'] !== undefined;
      if (isHeld) {
        isTaken();
        await new Promise<void>((resolve) => (answer = resolve));
        expectRequest();
      }
      return { held: admission.bytes() };
    });
    server.get('/read', () => ({}));
    url = await server.listen({ host: '127.0.0.1', port: 0 });
  });
  afterAll(() => server.close());

  const open = (headers: Record<string, string>, path = '/write'): ClientRequest =>
    httpRequest(url + path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers } });
  const answered = (call: ClientRequest): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => call.once('response', resolve).once('error', reject));
  const post = async (body: string, headers: Record<string, string> = {}) => {
    const call = open({ 'content-length': String(body.length), ...headers });
    call.end(body);
    const response = await answered(call);
    return { status: response.statusCode, headers: response.headers, body: JSON.parse(await text(response)) as object };
  };
  const json = (length: number): string => `"${'x'.repeat(length - 2)}"`;
  const held = (length: number) => post(json(length), { 'x-hold': '1' });
  const untilNothingIsHeld = async (): Promise<void> => {
    while (admission.bytes() > 0) await new Promise((resolve) => setImmediate(resolve));
  };

  test('answers 503 OVERLOADED with Retry-After to what is too much, and serves all else', async () => {
    const first = held(700);
    await taken;
    const second = await post(json(501));
    expect(second).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1', 'content-type': 'application/problem+json; charset=utf-8' },
      body: { code: 'OVERLOADED', status: 503 },
    });
    expect(await post(json(500))).toMatchObject({ status: 200, body: { held: 1_200 } });
    expect((await fetch(`${url}/read`)).status).toBe(200);
    answer();
    expect((await first).status).toBe(200);
    expect(await post(json(501))).toMatchObject({ status: 200, body: { held: 501 } });
    expect(admission.bytes()).toBe(0);
  });

  test('refuses before the body is sent, and before anything of it is read', async () => {
    const first = held(700);
    await taken;
    const waiting = open({ 'content-length': '900' });
    waiting.flushHeaders();
    const { statusCode } = await answered(waiting);
    waiting.destroy();
    answer();
    expect([statusCode, (await first).status]).toEqual([503, 200]);
  });

  test('counts a body of unknown length as the longest, until it is there', async () => {
    const call = open({ 'transfer-encoding': 'chunked' });
    call.write('"x');
    while (admission.bytes() === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(admission.bytes()).toBe(bodyBytes);
    call.end('"');
    expect(JSON.parse(await text(await answered(call)))).toEqual({ held: 3 });
    expect(admission.bytes()).toBe(0);
  });

  test('gives back what was taken for a request that breaks off, is refused or is too large', async () => {
    const broken = open({ 'content-length': '900' });
    broken.on('error', () => undefined).write('"x');
    while (admission.bytes() === 0) await new Promise((resolve) => setImmediate(resolve));
    broken.destroy();
    await untilNothingIsHeld();
    expect(await post('{"no JSON')).toMatchObject({ status: 400 });
    expect(await post('x', { 'content-type': 'text/plain' })).toMatchObject({ status: 415 });
    const large = open({ 'content-length': '5000' });
    large.on('error', () => undefined).flushHeaders();
    expect((await answered(large)).statusCode).toBe(413);
    large.destroy();
    expect(admission.bytes()).toBe(0);
  });

  test('gives back what was taken for a request whose client has gone before its answer', async () => {
    const call = open({ 'content-length': '10', 'x-hold': '1' });
    call.on('error', () => undefined).end(json(10));
    await taken;
    call.destroy();
    answer();
    await untilNothingIsHeld();
    expect(admission.bytes()).toBe(0);
  });
});
