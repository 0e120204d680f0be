// @ts-check
'use strict';

/** `right`: the statuses that may come back, one after the other; empty where nothing may. @typedef {{ bytes: Buffer, right: string[] }} RawRequest */

const get = 'GET /healthz HTTP/1.1\r\nhost: localhost\r\n';
const post = 'POST /v1/payments HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';
const chunked = `${post}transfer-encoding: chunked\r\n\r\n`;

/** Bytes that are HTTP only in part, each with what the server may make of it. @type {Record<string, string[]>} */
const byStatuses = {
  200: [
    'GET http://other/healthz HTTP/1.1\r\nhost: localhost\r\n\r\n',
    `${get}connection: upgrade\r\nupgrade: websocket\r\n\r\n`,
  ],
  '100 200': [`${get}expect: 100-continue\r\n\r\n`],
  '200 200 200': [`${get}\r\n${get}\r\n${get}\r\n`],
  // Many headers, which are long together or not by how they are counted.
  '200|431': [`${get}${'a: b\r\n'.repeat(3_000)}\r\n`],
  400: [
    'hello\r\n\r\n',
    'GET\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    'GET /a b HTTP/1.1\r\nhost: localhost\r\n\r\n',
    'GET /\u0000 HTTP/1.1\r\nhost: localhost\r\n\r\n',
    'GET http://[::1/ HTTP/1.1\r\nhost: localhost\r\n\r\n',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'FOO / HTTP/1.1\r\nhost: localhost\r\n\r\n',
    'GET /healthz HTTP/1.1\r\n\r\n',
    `${get}host: y\r\n\r\n`,
    `${get}: x\r\n\r\n`,
    `${get}a b: x\r\n\r\n`,
    `${get}a: \u0001\r\n\r\n`,
    `${get}a: b\r\n c\r\n\r\n`,
    `${get}a: b\nc: d\n\n`,
    `${get}content-length: -1\r\n\r\n`,
    `${get}content-length: 1e3\r\n\r\n`,
    `${post}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`,
    `${post}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    `${post}transfer-encoding: x\r\n\r\n`,
    `${chunked}zz\r\n{}\r\n0\r\n\r\n`,
    `${chunked}2\r\n{}\r\n0\r\nx: y\r\n\r\n`,
    `${post}\r\n`,
    'POST /v1/batch HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-ndjson\r\ncontent-length: 2\r\n\r\n[]',
  ],
  // Two requests, the second of them none.
  '400|400 400': [`${post}content-length: 5\r\n\r\n{}GET /healthz HTTP/1.1\r\n\r\n`],
  403: [`${get}origin: http://elsewhere.example\r\n\r\n`],
  421: ['GET /healthz HTTP/1.1\r\nhost: elsewhere.example\r\n\r\n', 'GET /healthz HTTP/1.1\r\nhost: \r\n\r\n'],
  404: ['GET / HTTP/1.0\r\n\r\n'],
  413: [`${post}content-length: 99999999999\r\n\r\n{}`],
  417: [`${get}expect: nothing\r\n\r\n`],
  431: [`${get}x: ${'x'.repeat(17_000)}\r\n\r\n`, `GET /${'a'.repeat(17_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`],
  // Blank lines before a request are no request yet; a chunk of which little has come may still come; we are no proxy.
  '': ['\r\n\r\n', `${chunked}ffffffffffffffff\r\n{}\r\n0\r\n\r\n`, 'CONNECT x:1 HTTP/1.1\r\nhost: localhost\r\n\r\n'],
};

/** @type {RawRequest[]} */
const rawRequests = Object.entries(byStatuses).flatMap(([statuses, texts]) =>
  texts.map((text) => ({ bytes: Buffer.from(text, 'latin1'), right: statuses.split('|') })),
);

module.exports = { rawRequests };
