// @ts-check
'use strict';

const { default: Ajv2020 } = require('ajv/dist/2020');

const openApi = require('@tollgate/contracts/openapi.json');
const asyncApi = require('@tollgate/contracts/asyncapi.json');

/** @typedef {import('./inputs').Request} Request */
/** @typedef {{ position: string, revision: number, accountId: string, isNew: boolean, type: string, id: string | undefined, content: string }} Acknowledgement */
/** @typedef {{ status: number, type: string, text: string }} Answer */

const ajv = new Ajv2020({ strict: false, validateFormats: false });
/** @param {{ components: object }} document @param {object} schema @returns {{ (value: any): boolean, errors?: any }} */
const validator = (document, schema) => ajv.compile({ ...schema, components: document.components });

const lineIsValid = validator(openApi, openApi.components.schemas.BatchLine);
const bodyIsValid = new Map(
  Object.entries(openApi.paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, { requestBody }]) => {
      const schema = requestBody?.content['application/json']?.schema;
      return schema ? [[`${method.toUpperCase()} ${path}`, validator(openApi, schema)]] : [];
    }),
  ),
);
const messageIsValid = {
  'payments.v1': validator(asyncApi, asyncApi.components.messages.payment.payload),
  'usage.v1': validator(asyncApi, asyncApi.components.messages.usage.payload),
};

const codes = new Set(openApi.components.schemas.Problem.properties.code.enum);
/** Statuses that HTTP itself gives to what is no request of ours. */
const ofHttp = new Set([400, 404, 408, 413, 415, 417, 431]);
const eventTypes = {
  payment: 'PaymentRecorded',
  usage: 'UsageCharged',
  adjustment: 'BalanceAdjusted',
  reversal: 'EntryReversed',
};
const recordPaths = new Map([
  ['/v1/payments', 'payment'],
  ['/v1/usage', 'usage'],
  ['/v1/adjustments', 'adjustment'],
  ['/v1/reversals', 'reversal'],
]);
const templates = Object.keys(openApi.paths).map((path) => ({
  path,
  pattern: new RegExp(`^${path.replace('{accountId}', '[^/]+')}$`),
}));

/** The same text for what means the same: keys in order. @param {any} value @returns {string} */
const contentOf = (value) =>
  JSON.stringify(value, (_key, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );

/** The JSON value of bytes as RFC 8259 reads them, undefined where they are none. @param {Buffer} bytes @returns {any} */
const valueOf = (bytes) => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
};

/** What is wrong with a refusal; undefined if nothing is. @param {number} status @param {any} problem */
const problemFault = (status, problem) => {
  if (problem?.status !== status) return `the problem says ${problem?.status}, not ${status}`;
  if (!codes.has(problem.code) || problem.code === 'INTERNAL_ERROR') return `code ${problem.code}`;
  if (typeof problem.detail !== 'string' || problem.detail === '') return 'the detail is empty';
  return undefined;
};

/** @param {Request} request */
const operationOf = ({ method, path }) => {
  const template = templates.find(({ pattern }) => pattern.test(path.split('?')[0] ?? ''))?.path ?? '';
  return { template, operation: /** @type {any} */ (openApi.paths)[template]?.[method.toLowerCase()] };
};

/** @param {Request} request @param {number} status @param {string} code */
const documentFault = (request, status, code) => {
  const documented = operationOf(request).operation?.responses[status];
  if (documented === undefined) return ofHttp.has(status) ? undefined : `status ${status} is not documented`;
  const allowed = documented.content['application/problem+json']?.schema.allOf[1].properties.code.enum;
  return allowed?.includes(code) === false ? `code ${code} is not documented for ${status}` : undefined;
};

/** @param {Request} request @param {Answer} answer @returns {string | undefined} */
const refusalFault = (request, { status, type, text }) => {
  if (status >= 500 && status !== 503) return `status ${status}: ${text.slice(0, 300)}`;
  // An answer to HEAD has no body; that of readiness is no problem.
  if (request.method === 'HEAD' || request.path.startsWith('/readyz')) return undefined;
  if (!type.startsWith('application/problem+json')) return `${status} as ${type || 'nothing'}: ${text.slice(0, 200)}`;
  const problem = valueOf(Buffer.from(text));
  if (problem?.code === 'STORE_UNAVAILABLE') return `STORE_UNAVAILABLE: ${problem.detail}`;
  return problemFault(status, problem) ?? documentFault(request, status, problem.code);
};

/** Only what comes in the ordinary way is refused for its body alone. @param {Request} request */
const isOrdinary = ({ headers, path }) =>
  headers.length === 1 && headers[0]?.[1] === 'application/json' && /^[\w/-]{1,60}$/.test(path);

/** Whether an answer agrees with the published schema of its body. @param {Request} request @param {Answer} answer @param {any} body */
const schemaFault = (request, { status, text }, body) => {
  const isValid = bodyIsValid.get(`${request.method} ${operationOf(request).template}`);
  if (isValid === undefined) return undefined;
  if (status < 300 && !isValid(body)) return `accepted against the document: ${ajv.errorsText(isValid.errors)}`;
  const isJson = status === 400 && body !== undefined && isOrdinary(request);
  return isJson && isValid(body) ? `refused against the document: ${text}` : undefined;
};

/** What an answer to one call says is in the log. @param {Request} request @param {any} answer @param {any} body @returns {Acknowledgement} */
const acknowledgementOf = (request, answer, body) => {
  const { template } = operationOf(request);
  const kind = recordPaths.get(template);
  const { position, revision, accountId, duplicate, id } = answer;
  const type = kind
    ? eventTypes[/** @type {keyof eventTypes} */ (kind)]
    : template === '/v1/accounts'
      ? 'AccountOpened'
      : 'CutoffChanged';
  return { position, revision, accountId, isNew: !duplicate, type, id, content: contentOf(body) };
};

/** Judges the answer to one call. @param {Request} request @param {Answer} answer */
const judgeCall = (request, answer) => {
  if (answer.status >= 400) {
    const body = request.body && valueOf(request.body);
    return { fault: refusalFault(request, answer) ?? schemaFault(request, answer, body) };
  }
  const { operation } = operationOf(request);
  if (operation?.requestBody === undefined || request.body === undefined) return {};
  const body = valueOf(request.body);
  return {
    fault: schemaFault(request, answer, body),
    acknowledged: acknowledgementOf(request, JSON.parse(answer.text), body),
  };
};

const byteOrderMark = '\ufeff';

/** Judges a refused line. A byte order mark counts as part of the line or not by where it stands. @param {Buffer} line @param {any} answer @param {boolean} isPlain */
const lineFault = (line, answer, isPlain) => {
  const value = line.includes(byteOrderMark) ? undefined : valueOf(line);
  const isWronglyRefused = answer.status === 400 && (isPlain || (value !== undefined && lineIsValid(value)));
  return isWronglyRefused ? `refused against the document: ${answer.detail}` : problemFault(answer.status, answer);
};

/** Judges the answer to one line of a batch. @param {Buffer} line @param {any} answer @param {boolean} isPlain */
const judgeLine = (line, answer, isPlain) => {
  if (answer.status >= 400) return { fault: lineFault(line, answer, isPlain) };
  const value = valueOf(line);
  if (value === undefined || !lineIsValid(value))
    return { fault: `accepted against the document: ${ajv.errorsText(lineIsValid.errors)}` };
  const { kind, ...body } = value;
  const { position, revision, accountId, duplicate, id } = answer;
  const type = eventTypes[/** @type {keyof eventTypes} */ (kind)];
  return { acknowledged: { position, revision, accountId, isNew: !duplicate, type, id, content: contentOf(body) } };
};

module.exports = { contentOf, eventTypes, judgeCall, judgeLine, lineIsValid, messageIsValid, problemFault, valueOf };
