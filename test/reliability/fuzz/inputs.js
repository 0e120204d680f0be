// @ts-check
'use strict';

const { createEarlier } = require('./earlier');
const { createFiles } = require('./file-inputs');
const { mutate, long } = require('./mutate');
const { claims, oddHeaders, oddIds, oddQueries, oddTypes } = require('./odd');
const { createValues } = require('./schema-values');
const { Random } = require('../random');

/** @typedef {{ method: string, path: string, headers: [string, string][], body?: Buffer | undefined, packed?: 'gzip' | undefined }} Request */
/** @typedef {{ plain: Set<string>, isDryRun: boolean, claims: [string, string][], body: Buffer, packed?: 'gzip' | undefined }} Batch */

const openApi = require('@tollgate/contracts/openapi.json');
const asyncApi = require('@tollgate/contracts/asyncapi.json');

const accounts = Array.from({ length: 40 }, (_, index) => `fuzz-${index}`);
/** What is open before anything else is sent. */
const openings = accounts.map((accountId, index) => ({
  accountId,
  currency: 'EUR',
  ...(index % 4 < 2 && { cutoff: { balances: index % 4 ? ['inbound', 'mutual'] : [] } }),
}));
const plainShare = 0.35;
const kinds = /** @type {const} */ (['payment', 'usage', 'adjustment', 'reversal']);
const dryRunEvery = 6;
/** How much of what is sent was sent before, by the way it is sent. */
const againShare = { lines: 0.08, calls: 0.15, rules: 0.4, messages: 0.2 };

/** Rules that are nearly the same or mean the same, for a few accounts: what does not change them is no event. */
const nearRules = [
  { balances: ['inbound'] },
  { balances: ['inbound'], creditLimits: { inbound: '0.0' }, mutualFormula: 'outbound-minus-inbound' },
  { balances: ['inbound'], creditLimits: { inbound: '0.5' } },
  { balances: ['inbound'], creditLimits: { inbound: '0.50', mutual: '0' } },
  { balances: ['inbound', 'mutual'] },
  { balances: ['mutual', 'inbound'], mutualFormula: 'inbound-minus-outbound' },
];
const ruled = accounts.slice(0, 2);

/** @type {Record<string, import('./earlier').Kind>} */
const kindByPath = {
  '/v1/accounts': 'opening',
  '/v1/payments': 'payment',
  '/v1/usage': 'usage',
  '/v1/adjustments': 'adjustment',
  '/v1/reversals': 'reversal',
};

/** The single calls that write, by path, with the schema of their body. */
const calls = Object.entries(openApi.paths).flatMap(([path, operations]) =>
  Object.entries(operations).flatMap(([method, operation]) => {
    const schema = operation.requestBody?.content['application/json']?.schema;
    return schema === undefined ? [] : [{ method: method.toUpperCase(), path, schema, kind: kindByPath[path] }];
  }),
);
const reads = [
  ...['/v1/accounts', '/v1/traffic-control', '/v1/accounts/{accountId}', '/v1/accounts/{accountId}/history'],
  '/v1/accounts/{accountId}/statements',
];
const others = [
  '/healthz',
  '/readyz',
  '/metrics',
  '/openapi.json',
  '/asyncapi.json',
  '/',
  '//',
  '/v1',
  '/V1/accounts',
  '*',
];

/** Bodies, valid or spoilt. @param {Random} random @param {number} seed */
const createDocuments = (random, seed) => {
  const { valueOf } = createValues({ ...asyncApi.components.schemas, ...openApi.components.schemas }, random, seed);
  const earlier = createEarlier(random);
  for (const opening of openings) earlier.remember('opening', opening);
  let serial = 0;

  /** @param {any} body */
  const kindOf = (body) => kinds.find((kind) => body[`${kind}Id`] !== undefined);

  /** Mostly a statement that may be closed, of what was recorded until a moment ago, again and again under a few ids. @param {any} body */
  const settleClosing = (body) => {
    if (body.statementId === undefined || random.isLucky(0.2)) return;
    body.statementId = `statement-${random.below(8)}`;
    body.to = new Date(Math.floor(Date.now() / 2_000) * 2_000).toISOString();
  };

  /** Gives a valid body an account that is open and mostly a new id, so that a good part of all is accepted. @param {any} body */
  const settle = (body) => {
    if (body.accountId !== undefined && random.isLucky(0.95)) body.accountId = random.oneOf(accounts);
    settleClosing(body);
    if (body.currency !== undefined && random.isLucky(0.97)) body.currency = 'EUR';
    serial += 1;
    // An id of before now and then: duplicates and conflicts.
    const number = random.isLucky(0.85) ? serial : random.below(serial);
    const kind = kindOf(body);
    if (kind !== undefined && random.isLucky(0.9)) body[`${kind}Id`] = `${kind}Id-${number}`;
    return body.of === undefined ? body : Object.assign(body, earlier.entry());
  };

  /** The kind that a line names is no part of the body. @param {any} value */
  const remember = (value) => {
    const kind = kindOf(value);
    if (kind !== undefined)
      earlier.remember(kind, Object.fromEntries(Object.entries(value).filter(([name]) => name !== 'kind')));
  };

  return {
    /** The body of something of that kind that was sent before, if there was any. @param {import('./earlier').Kind} kind */
    again: (kind) => earlier.again(kind),
    /** `isPlain` if it is as the schema wants it. @param {object} schema */
    next: (schema) => {
      const value = settle(valueOf(schema));
      const isPlain = random.isLucky(plainShare);
      if (isPlain) remember(value);
      return { isPlain, bytes: isPlain ? jsonOf(value) : mutate(value, random) };
    },
  };
};

const jsonOf = (/** @type {object} */ value) => Buffer.from(JSON.stringify(value));

/** Something sent before as it was, or with a name said twice: then it is known again, or refused. @param {object} value @param {Random} random */
const jsonAgain = (value, random) => {
  const text = JSON.stringify(value);
  const name = random.oneOf(['amount', 'accountId', 'direction', 'currency', 'k\\u0069nd', 'a']);
  const first = `{"${name}":"inbound",`;
  const twice = random.oneOf([first, `${first}"${name}":"1",`]);
  return Buffer.from(random.isLucky(0.15) ? text.replace('{', () => twice) : text);
};

/** How a body is packed: mostly not. @param {Random} random @returns {'gzip' | undefined} */
const packing = (random) => (random.isLucky(0.1) ? 'gzip' : undefined);

/** @param {Random} random @param {string} path */
const pathOf = (random, path) =>
  path.replace('{accountId}', () => (random.isLucky(0.6) ? random.oneOf(accounts) : random.oneOf(oddIds)));

/** @param {Random} random @returns {Request} */
const readRequest = (random) => {
  const path = pathOf(random, random.oneOf(random.isLucky(0.8) ? reads : others));
  const query = random.isLucky(0.6) ? `?${random.oneOf(oddQueries)}` : '';
  const method = random.isLucky(0.85)
    ? 'GET'
    : random.oneOf(['HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'QUERY']);
  return { method, path: path + query, headers: random.isLucky(0.3) ? [random.oneOf(oddHeaders)] : [] };
};

/** A call like one before, if there was any. @param {Random} random @param {ReturnType<typeof createDocuments>} documents @param {typeof calls[number]} call */
const requestAgain = (random, documents, { method, path, kind }) => {
  const body = kind === undefined ? random.oneOf(nearRules) : documents.again(kind);
  const headers = /** @type {[string, string][]} */ ([['content-type', 'application/json']]);
  return (
    body && { method, path: path.replace('{accountId}', random.oneOf(ruled)), headers, body: jsonAgain(body, random) }
  );
};

/** @param {Random} random @param {ReturnType<typeof createDocuments>} documents @returns {Request} */
const writeRequest = (random, documents) => {
  const call = random.oneOf(calls);
  const share = call.kind === undefined ? againShare.rules : againShare.calls;
  const again = random.isLucky(share) ? requestAgain(random, documents, call) : undefined;
  if (again !== undefined) return again;
  const { method, path, schema } = call;
  const type = random.isLucky(0.75) ? 'application/json' : random.oneOf(oddTypes);
  return {
    method: random.isLucky(0.97) ? method : random.oneOf(['POST', 'PUT', 'PATCH', 'DELETE']),
    path: pathOf(random, path) + (random.isLucky(0.05) ? `?${random.oneOf(oddQueries)}` : ''),
    headers: [['content-type', type], ...(random.isLucky(0.1) ? [random.oneOf(oddHeaders)] : [])],
    packed: packing(random),
    body: random.isLucky(0.02) ? Buffer.alloc(0) : documents.next(schema).bytes,
  };
};

/** @param {Random} random @param {ReturnType<typeof createDocuments>} documents */
const message = (random, documents) => {
  const isPayment = random.isLucky(0.5);
  const kind = isPayment ? 'payment' : 'usage';
  const { payload } = asyncApi.components.messages[kind];
  /** @returns {Buffer | null} */
  const value = () => {
    if (random.isLucky(0.01)) return null;
    // The second is twice as long as JSON, and so is cut where it is kept.
    if (random.isLucky(0.002)) return Buffer.alloc(800_000, random.oneOf(['[', '"']));
    const again = random.isLucky(againShare.messages) ? documents.again(kind) : undefined;
    return again === undefined ? documents.next(payload).bytes : jsonAgain(again, random);
  };
  return {
    topic: isPayment ? 'payments.v1' : 'usage.v1',
    partition: random.below(6),
    key: random.oneOf([null, '', random.oneOf(accounts), '\u0000', long.slice(0, 2_000), 'acmé']),
    value: value(),
    headers: random.isLucky(0.1) ? { x: 'x', '': '', ce_id: Buffer.from([0xff]) } : {},
  };
};

/** Everything that is sent, from one seed. @param {Random} random @param {number} seed */
const createInputs = (random, seed) => {
  const documents = createDocuments(random, seed);
  const fileOf = createFiles(new Random(seed), accounts);
  let batches = 0;
  let files = 0;

  /** @param {number} lines @returns {Batch} */
  const batch = (lines) => {
    /** @type {Set<string>} */
    const plain = new Set();
    const end = random.oneOf(['\n', '\n', '\n', '\r\n', '\n\n', '\r\n \r\n']);
    const line = () => {
      const { isPlain, bytes } = documents.next(openApi.components.schemas.BatchLine);
      if (isPlain) plain.add(bytes.toString('latin1'));
      return bytes;
    };
    const lineAgain = () => {
      const kind = random.oneOf(kinds);
      const body = documents.again(kind);
      return body === undefined ? line() : jsonAgain({ kind, ...body }, random);
    };
    const parts = Array.from({ length: lines }, () => [
      random.isLucky(againShare.lines) ? lineAgain() : line(),
      Buffer.from(end),
    ]).flat();
    if (random.isLucky(0.1)) parts.unshift(Buffer.from('\ufeff'));
    const body = Buffer.concat(parts);
    batches += 1;
    const isDryRun = batches % dryRunEvery === 0;
    return {
      plain,
      isDryRun,
      packed: packing(random),
      claims: claims.filter(() => random.isLucky(0.3)),
      body: random.isLucky(0.1) ? body.subarray(0, body.length - random.below(200)) : body,
    };
  };

  return {
    openings,
    request: () => (random.isLucky(0.4) ? readRequest(random) : writeRequest(random, documents)),
    /** The body of a batch of about so many lines; the lines that are valid as they stand. */
    batch,
    message: () => message(random, documents),
    file: () => fileOf((files += 1)),
  };
};

module.exports = { createInputs };
