// @ts-check
'use strict';

const oddIds = [
  ...[
    '__proto__',
    'constructor',
    'toString',
    '.',
    '..',
    '%2e%2e',
    '%00',
    '%',
    '%zz',
    '%ff',
    '%F0%9F%99%82',
    '%2F',
    ';a=b',
  ],
  ...[
    'a'.repeat(64),
    'a'.repeat(65),
    'a'.repeat(199),
    'a'.repeat(200),
    'a'.repeat(201),
    'a'.repeat(1_000),
    '%41',
    '-',
    '@',
  ],
];
const oddQueries = [
  ...['limit=0', 'limit=1', 'limit=1000', 'limit=1001', 'limit=-1', 'limit=1e2', 'limit=', 'limit', 'limit=1&limit=2'],
  ...[
    'limit=9999999999999999999999',
    'limit[]=1',
    'limit[a]=1',
    'after=',
    'after=%00',
    'after=%ff',
    'after=%',
    'after=-1',
  ],
  ...['after=fuzz-1', `after=${'a'.repeat(201)}`, `after=${'x'.repeat(8_000)}`, 'after=1&after=2', 'after=9'.repeat(2)],
  ...[
    'minPosition=0',
    'minPosition=1',
    'minPosition=x',
    'minPosition=-1',
    `minPosition=${'9'.repeat(20)}`,
    'minPosition=',
    'atPosition=0',
    'atPosition=1',
    'atPosition=x',
    `atPosition=${'9'.repeat(20)}`,
    'occurredBefore=2026-01-31T12:00:00Z',
    'occurredBefore=2026-02-30T12:00:00Z',
    'recordedBefore=9999-12-31T23:59:59.999999999Z',
    'recordedBefore=',
    'occurredBefore=2026-01-31T12:00:00Z&recordedBefore=0000-01-01T00:00:00Z&atPosition=5',
  ],
  ...[
    '__proto__=1',
    'constructor=1',
    '__proto__[a]=1',
    'a=b',
    '&&&',
    '=',
    '?',
    '%',
    '%zz=1',
    '#x',
    'from=start',
    'from=end',
  ],
];
const oddTypes = [
  ...['application/json', 'application/json', 'application/json; charset=utf-8', 'application/json;charset=latin1'],
  ...['APPLICATION/JSON', ' application/json', 'application/jsonp', 'application/json,text/plain', 'application/json;'],
  ...[
    'application/x-ndjson',
    'text/plain',
    'text/html',
    'multipart/form-data',
    'multipart/form-data; boundary=x',
    'x',
    '/',
  ],
  ...[
    'application/',
    ';',
    '*/*',
    'application/problem+json',
    'a'.repeat(2_000),
    'application/x-www-form-urlencoded',
    '',
  ],
];
/** @type {[string, string][]} */
const oddHeaders = [
  ['accept', 'text/html'],
  ['accept', ''],
  ['accept', 'application/xml;q=0'],
  ['accept-encoding', 'br;q=x'],
  ['content-encoding', 'gzip'],
  ['content-encoding', 'zstd'],
  ['content-encoding', 'br'],
  ['content-encoding', 'gzip, gzip'],
  ['content-encoding', 'Identity'],
  ['origin', 'https://elsewhere.example'],
  ['origin', 'null'],
  ['expect', 'x'],
  ['last-event-id', 'x'],
  ['last-event-id', '-1'],
  ['x-forwarded-for', '\u00ff'.repeat(50)],
  ['x-http-method-override', 'DELETE'],
  ['if-none-match', '*'],
  ['range', 'bytes=0-0'],
  ['upgrade', 'h2c'],
  ['cookie', 'a=b; '.repeat(500)],
  ['x-long', 'x'.repeat(20_000)],
  ['__proto__', 'x'],
  ['constructor', 'x'],
  ['authorization', 'Basic %%%'],
  ['content-type', 'text/plain'],
];

/** What a client may say of itself. @type {[string, string][]} */
const claims = [
  ['tollgate-file', 'march%20%F0%9F%99%82.csv'],
  ['tollgate-line', '17'],
  ['tollgate-actor', 'finance'],
];
/** What it may not, and the ends of what it may. @type {[string, string][]} */
const oddClaims = [
  ...['', '%', '%zz', '%ff', '%00', '%E2%80%AE', 'a b', '\u00ff', 'a'.repeat(200), 'a'.repeat(201)].flatMap((text) => [
    /** @type {[string, string]} */ (['tollgate-file', text]),
    /** @type {[string, string]} */ (['tollgate-actor', text]),
  ]),
  ...['', '0', '1', '-1', '1e3', '1.0', '01', '9'.repeat(15), '9'.repeat(16)].map(
    (text) => /** @type {[string, string]} */ (['tollgate-line', text]),
  ),
];
oddHeaders.push(...claims, ...oddClaims);

module.exports = { claims, oddHeaders, oddIds, oddQueries, oddTypes };
