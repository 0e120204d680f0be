// @ts-check
'use strict';

const get = 'GET /healthz HTTP/1.1\r\nhost: x\r\n';
const post = 'POST /v1/payments HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';

/** Bytes that are HTTP only in part, each with what the server may make of it. */
const rawRequests = [
  '\r\n\r\n',
  'hello\r\n\r\n',
  'GET\r\n\r\n',
  'GET / HTTP/9.9\r\n\r\n',
  'GET / HTTP/1.0\r\n\r\n',
  'GET /a b HTTP/1.1\r\nhost: x\r\n\r\n',
  'GET /\u0000 HTTP/1.1\r\nhost: x\r\n\r\n',
  'GET http://[::1/ HTTP/1.1\r\nhost: x\r\n\r\n',
  'GET http://other/healthz HTTP/1.1\r\nhost: x\r\n\r\n',
  'CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'FOO / HTTP/1.1\r\nhost: x\r\n\r\n',
  'GET /healthz HTTP/1.1\r\n\r\n',
  `${get}host: y\r\n\r\n`,
  `${get}: x\r\n\r\n`,
  `${get}a b: x\r\n\r\n`,
  `${get}a: \u0001\r\n\r\n`,
  `${get}a: b\r\n c\r\n\r\n`,
  `${get}a: b\nc: d\n\n`,
  `${get}expect: 100-continue\r\n\r\n`,
  `${get}expect: nothing\r\n\r\n`,
  `${get}connection: upgrade\r\nupgrade: websocket\r\n\r\n`,
  `${get}content-length: -1\r\n\r\n`,
  `${get}content-length: 1e3\r\n\r\n`,
  `${get}x: ${'x'.repeat(17_000)}\r\n\r\n`,
  `${get}${'a: b\r\n'.repeat(3_000)}\r\n`,
  `GET /${'a'.repeat(17_000)} HTTP/1.1\r\nhost: x\r\n\r\n`,
  `${post}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`,
  `${post}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
  `${post}transfer-encoding: x\r\n\r\n`,
  `${post}transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`,
  `${post}transfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n{}\r\n0\r\n\r\n`,
  `${post}transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nx: y\r\n\r\n`,
  `${post}content-length: 99999999999\r\n\r\n{}`,
  `${post}content-length: 5\r\n\r\n{}GET /healthz HTTP/1.1\r\n\r\n`,
  `${get}\r\n${get}\r\n${get}\r\n`,
  `${post}\r\n`,
].map((text) => Buffer.from(text, 'latin1'));

module.exports = { rawRequests };
