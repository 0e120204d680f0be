import { randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { deflateSync, gzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { createAdmission } from './admission';
import { boundedBy } from './bounded-route';
import { createHttpServer, ndjson } from './http-server';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const bodyBytes = 100_000;
const limits = {
  ...{ bodyBytes, requestTimeoutMs: 5_000, headersTimeoutMs: 5_000, idleTimeoutMs: 5_000, connections: 100 },
  allowedHosts: [],
};

let server: FastifyInstance;
let url: string;
const admission = createAdmission({ maxBytes: 150_000, maxRecords: 10, queued: () => 0 });

beforeAll(async () => {
  server = createHttpServer(limits, silent);
  server.post('/json', boundedBy(admission), (request) => ({ body: request.body, held: admission.bytes() }));
  server.post('/lines', boundedBy(admission), (request) => ({ body: String(request.body), held: admission.bytes() }));
  url = await server.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => server.close());
afterEach(() => {
  expect(admission.bytes()).toBe(0);
});

type Sent = { path?: string; headers?: Record<string, string>; pieces?: number };

/** Sends the bytes in so many pieces, each in a packet of its own. */
const post = async (encoding: string, bytes: Buffer, { path = '/json', headers = {}, pieces = 1 }: Sent = {}) => {
  const call = httpRequest(url + path, {
    method: 'POST',
    headers: {
      'content-type': path === '/json' ? 'application/json' : ndjson,
      'content-encoding': encoding,
      'content-length': bytes.length,
      ...headers,
    },
  });
  call.setNoDelay(true);
  const answered = new Promise<IncomingMessage>((resolve, reject) =>
    call.once('response', resolve).once('error', reject),
  );
  const size = Math.ceil(bytes.length / pieces);
  for (let at = 0; at < bytes.length; at += size) {
    call.write(bytes.subarray(at, at + size));
    await new Promise((resolve) => setTimeout(resolve, pieces > 1 ? 5 : 0));
  }
  call.end();
  const response = await answered;
  return {
    status: response.statusCode,
    accepted: response.headers['accept-encoding'],
    body: JSON.parse(await text(response)) as Record<string, unknown>,
  };
};

const magic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
/** A frame by RFC 8878 that says in eight bytes how much it holds, and holds blocks as they are or, of one byte for ever, as that. */
const frameOf = (content: string | Buffer, announced = BigInt(Buffer.byteLength(content))): Buffer => {
  const bytes = Buffer.from(content);
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(announced);
  const blocks = Array.from({ length: Math.ceil(bytes.length / mostOfABlock) }, (_, at) => {
    const block = bytes.subarray(at * mostOfABlock, (at + 1) * mostOfABlock);
    const isOne = block.equals(Buffer.alloc(block.length, block[0]));
    const isLast = (at + 1) * mostOfABlock >= bytes.length;
    const head = Buffer.alloc(3);
    head.writeUIntLE((block.length << 3) | (isOne ? 2 : 0) | (isLast ? 1 : 0), 0, 3);
    return Buffer.concat([head, isOne ? block.subarray(0, 1) : block]);
  });
  return Buffer.concat([magic, Buffer.from([0xc0, windowOf8Mebibytes]), size, ...blocks]);
};
const mostOfABlock = 1 << 17;
const windowOf8Mebibytes = (23 - 10) << 3;
const zstd = (content: string | Buffer): Buffer => frameOf(content);
const packings: [string, (content: string | Buffer) => Buffer][] = [
  ['gzip', gzipSync],
  ['x-gzip', gzipSync],
  ['GZip', gzipSync],
  ['zstd', zstd],
  ['ZSTD', zstd],
];
const document = { reference: 'münchen '.repeat(3_000) };

describe.each(packings)('a body packed as %s', (encoding, pack) => {
  test('is what it was before, and counts as long as that is', async () => {
    const content = Buffer.from(JSON.stringify(document));
    const answer = await post(encoding, pack(content));
    expect(answer).toMatchObject({ status: 200, body: { body: document, held: content.length } });
  });

  test('may come in pieces, and in several members or frames', async () => {
    const packed = Buffer.concat([pack('{"a":1}\n'), pack('{"b":2}\n')]);
    const answer = await post(encoding, packed, { path: '/lines', pieces: packed.length });
    expect(answer).toMatchObject({ status: 200, body: { body: '{"a":1}\n{"b":2}\n' } });
  });

  test('of exactly the size that is taken is taken, and of one byte more is 413', async () => {
    const full = `${' '.repeat(bodyBytes - 2)}{}`;
    const parts = (said: string) => Buffer.concat([pack(said.slice(0, -2)), pack(said.slice(-2))]);
    expect((await post(encoding, parts(full))).status).toBe(200);
    const answer = await post(encoding, parts(` ${full}`));
    expect(answer).toMatchObject({ status: 413, body: { code: 'INVALID_REQUEST', status: 413 } });
    expect(answer.body['detail']).toBe('the body is larger than 100000 bytes once unpacked');
  });

  test('that is too long as it comes is 413, and used to hold what of it was unpacked after the answer', async () => {
    const answer = await post(encoding, pack(randomBytes(2 * bodyBytes).toString('hex')), { pieces: 4 });
    expect(answer.status).toBe(413);
    await new Promise((resolve) => setTimeout(resolve, 50));
  });

  test('that is a bomb is 413 while little of it is unpacked', async () => {
    const bomb = pack(Buffer.alloc(50 << 20));
    expect(bomb.length).toBeLessThan(bodyBytes);
    const before = process.memoryUsage().rss;
    expect((await post(encoding, bomb)).status).toBe(413);
    expect(process.memoryUsage().rss - before).toBeLessThan(40 << 20);
  });

  test('that is cut off, or no such thing, is 400 and says so', async () => {
    const packed = pack(JSON.stringify(document));
    for (const bytes of [packed.subarray(0, packed.length - 5), Buffer.from('{"paymentId":"p"}')]) {
      const answer = await post(encoding, bytes);
      expect([answer.status, answer.body['code']]).toEqual([400, 'INVALID_REQUEST']);
      expect(answer.body['detail']).toMatch(/^content-encoding: the body cannot be unpacked as (x-)?(gzip|zstd): /);
    }
  });

  test('with bytes behind its end is 400: nothing is dropped without a word', async () => {
    expect((await post(encoding, Buffer.concat([pack('{}'), Buffer.from('{"more":1}')]))).status).toBe(400);
  });

  test('is refused with OVERLOADED where what it comes to has no room beside others', async () => {
    expect(admission.take(100_000)).toBe(true);
    const answer = await post(encoding, pack(JSON.stringify('x'.repeat(60_000))));
    expect((await post(encoding, pack(JSON.stringify('x'.repeat(40_000))))).status).toBe(200);
    admission.give(100_000);
    expect(answer).toMatchObject({ status: 503, body: { code: 'OVERLOADED' } });
  });
});

test('a zstd body that announces more than it holds takes no room for it', async () => {
  expect((await post('zstd', frameOf('{}'))).status).toBe(200);
  expect((await post('zstd', frameOf('{}', 2n ** 40n))).status).toBe(400);
});

test.each(['identity', 'Identity', ''])('the encoding %j is none', async (encoding) => {
  expect((await post(encoding, Buffer.from('{"a":1}'))).body).toMatchObject({ body: { a: 1 } });
});

test.each(['br', 'deflate', 'compress', 'gzip, gzip', 'identity, gzip', 'gzip,', 'aes128gcm'])(
  'the encoding %j, whose bytes used to be read as lines, is 415 with its name and those that are read',
  async (encoding) => {
    for (const path of ['/json', '/lines']) {
      const answer = await post(encoding, deflateSync('{"a":1}'), { path });
      expect([answer.status, answer.accepted]).toEqual([415, 'gzip, zstd']);
      expect(answer.body['detail']).toContain(`content-encoding: ${encoding} is not read`);
    }
  },
);

test('a packed body that nobody reads, for it was refused by its type, and that is broken ends nothing', async () => {
  const headers = { 'content-type': 'text/plain' };
  expect((await post('gzip', Buffer.from('no gzip'), { headers })).status).toBe(415);
  expect((await post('gzip', gzipSync('{"a":1}'))).status).toBe(200);
});

test('a packed body whose client has gone holds nothing', async () => {
  const call = httpRequest(`${url}/json`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-encoding': 'gzip', 'content-length': 50_000 },
  });
  call.on('error', () => undefined).write(gzipSync('{"a":1}').subarray(0, 12));
  const untilHeld = async (isIt: (bytes: number) => boolean): Promise<void> => {
    for (let left = 400; left > 0 && !isIt(admission.bytes()); left -= 1)
      await new Promise((resolve) => setTimeout(resolve, 5));
  };
  await untilHeld((bytes) => bytes === 50_000);
  expect(admission.bytes()).toBe(50_000);
  call.destroy();
  await untilHeld((bytes) => bytes === 0);
});
