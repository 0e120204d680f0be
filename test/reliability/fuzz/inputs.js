// @ts-check
'use strict';

const { mutate, long } = require('./mutate');
const { oddHeaders, oddIds, oddQueries, oddTypes } = require('./odd');
const { createValues } = require('./schema-values');

/** @typedef {import('../random').Random} Random */
/** @typedef {{ method: string, path: string, headers: [string, string][], body?: Buffer | undefined }} Request */

const openApi = require('@tollgate/contracts/openapi.json');
const asyncApi = require('@tollgate/contracts/asyncapi.json');

const accounts = Array.from({ length: 40 }, (_, index) => `fuzz-${index}`);
const plainShare = 0.35;
const idNames = ['paymentId', 'usageId', 'adjustmentId', 'reversalId'];
const againShare = 0.05;
const remembered = 2_000;

/** The single calls that write, by path, with the schema of their body. */
const calls = Object.entries(openApi.paths).flatMap(([path, operations]) =>
  Object.entries(operations).flatMap(([method, operation]) => {
    const schema = operation.requestBody?.content['application/json']?.schema;
    return schema === undefined ? [] : [{ method: method.toUpperCase(), path, schema }];
  }),
);
const reads = ['/v1/accounts', '/v1/traffic-control', '/v1/accounts/{accountId}', '/v1/accounts/{accountId}/history'];
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
  let serial = 0;
  /** Some of what was sent, to be sent again or reversed. @type {{ kind: string, id: string, accountId: string, bytes: Buffer }[]} */
  const earlier = [];

  /** Gives a valid body an account that is open and mostly a new id, so that a good part of all is accepted. @param {any} body */
  const settle = (body) => {
    if (body.accountId !== undefined && random.isLucky(0.95)) body.accountId = random.oneOf(accounts);
    if (body.currency !== undefined && random.isLucky(0.97)) body.currency = 'EUR';
    serial += 1;
    // An id of before now and then: duplicates and conflicts.
    const number = random.isLucky(0.85) ? serial : random.below(serial);
    const name = idNames.find((known) => body[known] !== undefined);
    if (name !== undefined && random.isLucky(0.9)) body[name] = `${name}-${number}`;
    if (body.of !== undefined && earlier.length > 0) {
      const { kind, id, accountId } = random.oneOf(earlier);
      Object.assign(body, { of: { kind, id }, accountId });
    }
    return body;
  };

  /** @param {any} body @param {Buffer} bytes */
  const remember = (body, bytes) => {
    const kind = ['payment', 'usage', 'adjustment'].find((name) => body[`${name}Id`] !== undefined);
    if (kind === undefined) return;
    const one = { kind, id: body[`${kind}Id`], accountId: body.accountId, bytes };
    if (earlier.length < remembered) earlier.push(one);
    else earlier[random.below(remembered)] = one;
  };

  return {
    /** What was sent before, if anything was. */
    again: () => (earlier.length > 0 ? random.oneOf(earlier).bytes : Buffer.from('{}')),
    /** `isPlain` if it is as the schema wants it. @param {object} schema */
    next: (schema) => {
      const value = settle(valueOf(schema));
      const isPlain = random.isLucky(plainShare);
      const bytes = isPlain ? Buffer.from(JSON.stringify(value)) : mutate(value, random);
      if (isPlain) remember(value, bytes);
      return { isPlain, bytes };
    },
  };
};

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

/** @param {Random} random @param {ReturnType<typeof createDocuments>} documents @returns {Request} */
const writeRequest = (random, documents) => {
  const { method, path, schema } = random.oneOf(calls);
  const type = random.isLucky(0.75) ? 'application/json' : random.oneOf(oddTypes);
  return {
    method: random.isLucky(0.97) ? method : random.oneOf(['POST', 'PUT', 'PATCH', 'DELETE']),
    path: pathOf(random, path) + (random.isLucky(0.05) ? `?${random.oneOf(oddQueries)}` : ''),
    headers: [['content-type', type], ...(random.isLucky(0.1) ? [random.oneOf(oddHeaders)] : [])],
    body: random.isLucky(0.02) ? Buffer.alloc(0) : documents.next(schema).bytes,
  };
};

/** @param {Random} random @param {ReturnType<typeof createDocuments>} documents */
const message = (random, documents) => {
  const isPayment = random.isLucky(0.5);
  const { payload } = asyncApi.components.messages[isPayment ? 'payment' : 'usage'];
  /** @returns {Buffer | null} */
  const value = () => {
    if (random.isLucky(0.01)) return null;
    return random.isLucky(0.002) ? Buffer.alloc(800_000, '[') : documents.next(payload).bytes;
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

  /** @param {number} lines */
  const batch = (lines) => {
    /** @type {Set<string>} */
    const plain = new Set();
    const end = random.oneOf(['\n', '\n', '\n', '\r\n', '\n\n', '\r\n \r\n']);
    const line = () => {
      const { isPlain, bytes } = documents.next(openApi.components.schemas.BatchLine);
      if (isPlain) plain.add(bytes.toString('latin1'));
      return bytes;
    };
    const parts = Array.from({ length: lines }, () => [
      random.isLucky(againShare) ? documents.again() : line(),
      Buffer.from(end),
    ]).flat();
    if (random.isLucky(0.1)) parts.unshift(Buffer.from('\ufeff'));
    const body = Buffer.concat(parts);
    const isDryRun = random.isLucky(0.05);
    return { plain, isDryRun, body: random.isLucky(0.1) ? body.subarray(0, body.length - random.below(200)) : body };
  };

  return {
    accounts,
    request: () => (random.isLucky(0.4) ? readRequest(random) : writeRequest(random, documents)),
    /** The body of a batch of about so many lines; the lines that are valid as they stand. */
    batch,
    message: () => message(random, documents),
  };
};

module.exports = { createInputs };
