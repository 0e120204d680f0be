// @ts-check
'use strict';

const net = require('node:net');
const { setTimeout: sleep } = require('node:timers/promises');
const { accountBody, batchLine, createAuthorizations, createUsages } = require('../messages.js');

/**
 * HTTP/1.1 over keep-alive sockets and nothing more: one request under way per connection. It shares the machine with the
 * server it measures, so it does as little as it can: about a tenth of the work of a full client.
 */
const connect = (/** @type {string} */ url) =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const socket = net.connect({ host: hostname, port: Number(port), noDelay: true });
    /** @type {((answer: { status: number, body: Buffer }) => void) | undefined} */
    let answered;
    /** @type {((error: Error) => void) | undefined} */
    let failed;
    /** @type {Buffer[]} */
    let chunks = [];
    let received = 0;
    let wanted = Infinity;
    let status = 0;
    let headBytes = 0;

    const readHead = () => {
      if (chunks.length > 1) chunks = [Buffer.concat(chunks)];
      const [first] = chunks;
      const end = first?.indexOf('\r\n\r\n') ?? -1;
      if (!first || end < 0) return;
      const head = first.toString('latin1', 0, end);
      status = Number(head.slice(9, 12));
      headBytes = end + 4;
      const length = /content-length: (\d+)/i.exec(head);
      if (!length) throw new Error(`an answer without a length: ${head}`);
      wanted = headBytes + Number(length[1]);
    };
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      received += chunk.length;
      if (wanted === Infinity) readHead();
      if (received < wanted) return;
      const body = (chunks.length === 1 ? /** @type {Buffer} */ (chunks[0]) : Buffer.concat(chunks)).subarray(
        headBytes,
      );
      chunks = [];
      received = 0;
      wanted = Infinity;
      answered?.({ status, body });
    });
    socket.on('error', (error) => (failed ?? reject)(error));
    socket.on('close', () => failed?.(new Error('the server closed the connection')));
    socket.on('connect', () =>
      resolve({
        /** @param {Buffer | string} request */
        send: (request) =>
          new Promise((resolveAnswer, rejectAnswer) => {
            answered = resolveAnswer;
            failed = rejectAnswer;
            socket.write(/** @type {string} */ (request), 'latin1');
          }),
        close: () => {
          failed = undefined;
          socket.destroy();
        },
      }),
    );
  });

const requestOf = (/** @type {string} */ path, /** @type {string} */ body, type = 'application/json') =>
  `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: ${type}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;

/**
 * Sends on `connections` at once, on each the next when the answer is there, until `next` has no more.
 * @param {{ url: string, connections: number, next: () => Buffer | string | undefined, onAnswer: (answer: { status: number, body: Buffer }, ms: number) => void }} options
 */
const drive = async ({ url, connections, next, onAnswer }) => {
  const sockets = await Promise.all(Array.from({ length: connections }, () => connect(url)));
  const startedAt = performance.now();
  await Promise.all(
    sockets.map(async (socket) => {
      for (let request = next(); request !== undefined; request = next()) {
        const sentAt = performance.now();
        const answer = await socket.send(request);
        onAnswer(answer, performance.now() - sentAt);
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1_000;
  for (const socket of sockets) socket.close();
  return seconds;
};

const mustBe = (/** @type {number} */ wanted, /** @type {{ status: number, body: Buffer }} */ { status, body }) => {
  if (status !== wanted) throw new Error(`answer ${status} instead of ${wanted}: ${body.toString('utf8', 0, 500)}`);
};

/** Opens accounts `from` to `to - 1`. @param {{ url: string, from: number, to: number }} options */
const openAccounts = async ({ url, from, to }) => {
  let number = from;
  const seconds = await drive({
    url,
    connections: 32,
    next: () => (number < to ? requestOf('/v1/accounts', accountBody(number++)) : undefined),
    onAnswer: (answer) => mustBe(201, answer),
  });
  return { seconds };
};

/**
 * One usage per request, for some seconds.
 * @param {{ url: string, connections: number, seconds: number, run: string, seed: number, accounts: number, firstAccount?: number }} options
 */
const singles = async ({ url, connections, seconds, ...messages }) => {
  const usage = createUsages(messages);
  /** @type {number[]} */
  const latencies = [];
  const until = performance.now() + seconds * 1_000;
  const took = await drive({
    url,
    connections,
    next: () => (performance.now() < until ? requestOf('/v1/usage', usage().json) : undefined),
    onAnswer: (answer, ms) => {
      mustBe(201, answer);
      latencies.push(ms);
    },
  });
  return { count: latencies.length, seconds: took, latencies: Float64Array.from(latencies) };
};

/** @type {{ bodies: Buffer[], lines: number, bytes: number }} */
let prepared = { bodies: [], lines: 0, bytes: 0 };

/**
 * Builds the requests before any clock runs.
 * @param {{ lines: number, batchLines: number, run: string, seed: number, accounts: number, firstAccount?: number }} options
 */
const prepareBatches = ({ lines, batchLines, ...messages }) => {
  const usage = createUsages(messages);
  prepared = { bodies: [], lines, bytes: 0 };
  for (let left = lines; left > 0; left -= batchLines) {
    let body = '';
    for (let line = 0; line < Math.min(left, batchLines); line += 1) body += batchLine(usage().json);
    prepared.bytes += body.length;
    prepared.bodies.push(Buffer.from(requestOf('/v1/batch', body, 'application/x-ndjson'), 'latin1'));
  }
  return { bytes: prepared.bytes };
};

/**
 * Sends the prepared batches, `inFlight` at a time; every line of every answer is checked, after the clock has stopped. `cpuMicros` is
 * what an event cost this client.
 * @param {{ url: string, inFlight: number }} options
 */
const batches = async ({ url, inFlight }) => {
  const { bodies, lines } = prepared;
  /** @type {Buffer[]} */
  const answers = [];
  /** @type {number[]} */
  const latencies = [];
  let sent = 0;
  const cpuBefore = process.cpuUsage();
  const seconds = await drive({
    url,
    connections: inFlight,
    next: () => bodies[sent++],
    onAnswer: (answer, ms) => {
      mustBe(200, answer);
      answers.push(answer.body);
      latencies.push(ms);
    },
  });
  const { user, system } = process.cpuUsage(cpuBefore);
  const recorded = answers.reduce((sum, answer) => sum + accepted(answer), 0);
  if (recorded !== lines)
    throw new Error(`${recorded} of ${lines} lines were recorded: ${answers[0]?.toString('utf8', 0, 500)}`);
  return { count: lines, seconds, latencies: Float64Array.from(latencies), clientMicros: (user + system) / lines };
};

const accepted = (/** @type {Buffer} */ answer) => answer.toString('latin1').split('"status":201').length - 1;

let isProbing = false;

/**
 * One usage after the other with a pause between, until `endProbe`: what a single client meets while others fill the server.
 * @param {{ url: string, pauseMs: number, run: string, seed: number, accounts: number }} options
 */
const probe = async ({ url, pauseMs, ...messages }) => {
  const usage = createUsages(messages);
  const socket = await connect(url);
  /** @type {number[]} */
  const latencies = [];
  const startedAt = performance.now();
  for (isProbing = true; isProbing; await sleep(pauseMs)) {
    const sentAt = performance.now();
    mustBe(201, await socket.send(requestOf('/v1/usage', usage().json)));
    latencies.push(performance.now() - sentAt);
  }
  socket.close();
  const seconds = (performance.now() - startedAt) / 1_000;
  return { count: latencies.length, seconds, latencies: Float64Array.from(latencies) };
};

const endProbe = () => {
  isProbing = false;
};

/**
 * Sends at a pace of its own, whatever the server does: what waits for a free connection waits on the clock too.
 * @param {{ url: string, connections: number, perSecond: number, requests: Buffer[], status: number }} options
 */
const paced = async ({ url, connections, perSecond, requests, status }) => {
  const free = await Promise.all(Array.from({ length: connections }, () => connect(url)));
  /** @type {((socket: any) => void)[]} */
  const waiting = [];
  /** @type {number[]} */
  const latencies = [];
  const give = (/** @type {any} */ socket) => {
    const next = waiting.shift();
    if (next) next(socket);
    else free.push(socket);
  };
  const sendOne = async (/** @type {Buffer} */ request, /** @type {number} */ dueAt) => {
    const socket = free.pop() ?? (await new Promise((resolve) => waiting.push(resolve)));
    mustBe(status, await socket.send(request));
    latencies.push(performance.now() - dueAt);
    give(socket);
  };
  const startedAt = performance.now();
  const sent = [];
  while (sent.length < requests.length) {
    const due = Math.ceil(((performance.now() - startedAt) / 1_000) * perSecond);
    while (sent.length < Math.min(due, requests.length))
      sent.push(sendOne(/** @type {Buffer} */ (requests[sent.length]), startedAt + (sent.length / perSecond) * 1_000));
    await sleep(1);
  }
  await Promise.all(sent);
  const seconds = (performance.now() - startedAt) / 1_000;
  for (const socket of free) socket.close();
  return { count: requests.length, seconds, latencies: Float64Array.from(latencies) };
};

/**
 * Authorisations, so many a second.
 * @param {{ url: string, connections: number, perSecond: number, seconds: number, run: string, seed: number, accounts: number }} options
 */
const authorizations = ({ seconds, ...options }) => {
  const next = createAuthorizations(options);
  const requests = Array.from({ length: options.perSecond * seconds }, () =>
    Buffer.from(requestOf('/v1/authorizations', next()), 'latin1'),
  );
  return paced({ ...options, requests, status: 201 });
};

/** The prepared batches, so many lines a second. @param {{ url: string, perSecond: number, inFlight: number }} options */
const pacedBatches = async ({ url, perSecond, inFlight }) => {
  const { bodies, lines } = prepared;
  const pace = { connections: inFlight, perSecond: (perSecond * bodies.length) / lines };
  const { seconds, latencies } = await paced({ url, ...pace, requests: bodies, status: 200 });
  return { count: lines, seconds, latencies };
};

module.exports = {
  authorizations,
  batches,
  endProbe,
  openAccounts,
  pacedBatches,
  prepareBatches,
  probe,
  singles,
};
