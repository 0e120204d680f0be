// @ts-check
'use strict';

const { default: Ajv2020 } = require('ajv/dist/2020');
const { claimCodes } = require('./check-claims');
const { saysTwice } = require('./doubled');
const { eventTypes } = require('./ledger');

const openApi = require('@tollgate/contracts/openapi.json');
const asyncApi = require('@tollgate/contracts/asyncapi.json');

/** @typedef {import('./inputs').Request} Request */
/** @typedef {import('./check-claims').Claim} Claim */
/** @typedef {{ position: string, revision: number, accountId: string, isNew: boolean, type: string, id: string | undefined, body: any }} Acknowledgement */
/** @typedef {{ status: number, type: string, text: string, requestId?: string }} Answer */
/** @typedef {{ fault?: string | undefined, acknowledged?: Acknowledgement, claim?: Claim | undefined }} Verdict */

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
const rejectionIsValid = validator(asyncApi, asyncApi.components.messages.rejection.payload);
const commandIsValid = validator(asyncApi, asyncApi.components.messages.trafficCommand.payload);

const codes = new Set(openApi.components.schemas.Problem.properties.code.enum);
/** Statuses that HTTP itself gives to what is no request of ours. */
const ofHttp = new Set([400, 403, 404, 408, 413, 415, 417, 421, 431]);
const recordPaths = new Map([
  ['/v1/payments', 'payment'],
  ['/v1/usage', 'usage'],
  ['/v1/adjustments', 'adjustment'],
  ['/v1/reversals', 'reversal'],
]);
const statements = '/v1/accounts/{accountId}/statements';
const templates = Object.keys(openApi.paths).map((path) => ({
  path,
  pattern: new RegExp(`^${path.replace('{accountId}', '[^/]+')}$`),
}));

/** The JSON value of bytes as RFC 8259 reads them, of a name said twice the last, undefined where they are none. @param {Buffer} bytes @returns {any} */
const lastValueOf = (bytes) => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
};

/** As `lastValueOf`, undefined where a name is said twice. @param {Buffer} bytes @returns {any} */
const valueOf = (bytes) => {
  const value = lastValueOf(bytes);
  return value !== undefined && saysTwice(bytes.toString()) ? undefined : value;
};

/** What an answer is about: only what was recorded before may be known again by the last value of a name. @param {Buffer} bytes @param {boolean} isKnown @returns {any} */
const meantBy = (bytes, isKnown) => (isKnown ? lastValueOf(bytes) : valueOf(bytes));

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

/** As `bodyIsValid` names it. @param {Request} request */
const templateOf = (request) => `${request.method} ${operationOf(request).template}`;

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
  const isValid = bodyIsValid.get(templateOf(request));
  if (isValid === undefined) return undefined;
  if (status < 300 && !isValid(body)) return `accepted against the document: ${ajv.errorsText(isValid.errors)}`;
  const isJson = status === 400 && body !== undefined && isOrdinary(request);
  return isJson && isValid(body) ? `refused against the document: ${text}` : undefined;
};

/** The type of the event a call asks for, none for a read. @param {Request} request */
const typeOf = (request) => {
  const { template, operation } = operationOf(request);
  if (operation?.requestBody === undefined) return undefined;
  const kind = recordPaths.get(template);
  if (kind) return eventTypes[/** @type {keyof eventTypes} */ (kind)];
  if (template === statements) return 'StatementClosed';
  return template === '/v1/accounts' ? 'AccountOpened' : 'CutoffChanged';
};

/** The account in a path. @param {Request} request */
const accountIn = ({ path }) => {
  const text = /^\/v1\/accounts\/([^/?]+)/.exec(path)?.[1] ?? '';
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** A new one is 201, one known before 200; a rule is 200 (DESIGN 4). @param {number} status @param {any} answer @param {string} type */
const statusFault = (status, { duplicate }, type) => {
  const right = type === 'CutoffChanged' || duplicate ? 200 : 201;
  return status === right ? undefined : `status ${status} with duplicate ${duplicate}`;
};

/** What a refusal of the ledger says of its log. @param {Request} request @param {Answer} answer @param {any} body @returns {Verdict} */
const claimIn = (request, answer, body) => {
  const { code, detail, existing, received } = valueOf(Buffer.from(answer.text)) ?? {};
  if (!claimCodes.has(code)) return {};
  const type = typeOf(request);
  if (type !== undefined && type !== 'CutoffChanged' && !bodyIsValid.get(templateOf(request))?.(body))
    return { fault: `${code} of what the document does not allow` };
  const accountId = accountIn(request) || body?.accountId;
  return { claim: { code, type, accountId, body, detail, existing, received, isWithContents: true } };
};

/** @param {Answer} answer */
const isDuplicate = ({ status, text }) => status === 200 && valueOf(Buffer.from(text))?.duplicate === true;

/** Judges the answer to one call. @param {Request} request @param {Answer} answer @returns {Verdict} */
const judgeCall = (request, answer) => {
  const body = request.body && meantBy(request.body, isDuplicate(answer));
  if (answer.status >= 400) {
    const fault = refusalFault(request, answer) ?? schemaFault(request, answer, body);
    return fault === undefined ? claimIn(request, answer, body) : { fault };
  }
  const type = typeOf(request);
  if (type === undefined || request.body === undefined) return {};
  const told = valueOf(Buffer.from(answer.text)) ?? {};
  const { position, revision, accountId, duplicate, id } = told;
  return {
    fault: schemaFault(request, answer, body) ?? statusFault(answer.status, told, type),
    acknowledged: { position, revision, accountId, isNew: !duplicate, type, id, body },
  };
};

const byteOrderMark = '\ufeff';

/** Judges a refused line. A byte order mark counts as part of the line or not by where it stands. @param {Buffer} line @param {any} answer @param {boolean} isPlain */
const lineFault = (line, answer, isPlain) => {
  const value = line.includes(byteOrderMark) ? undefined : valueOf(line);
  const isWronglyRefused = answer.status === 400 && (isPlain || (value !== undefined && lineIsValid(value)));
  return isWronglyRefused ? `refused against the document: ${answer.detail}` : problemFault(answer.status, answer);
};

/** What an answer says of a line that is as the document wants it. @param {any} answer @param {{ type: string, body: any, isDryRun: boolean }} line @returns {Verdict} */
const lineVerdict = (answer, { type, body, isDryRun }) => {
  const { status, code, position, revision, accountId, duplicate, id, detail, existing, received } = answer;
  const claim = { type, accountId: body.accountId, body };
  if (status >= 400) return { claim: { ...claim, code, detail, existing, received, isWithContents: true } };
  const fault = statusFault(status, answer, type);
  if (isDryRun && !duplicate) return { fault, claim: { ...claim, code: 'ACCEPTABLE' } };
  return { fault, acknowledged: { position, revision, accountId, isNew: !duplicate, type, id, body } };
};

/** Judges the answer to one line of a batch, or to one of a dry run. @param {Buffer} line @param {any} answer @param {{ isPlain: boolean, isDryRun?: boolean }} how @returns {Verdict} */
const judgeLine = (line, answer, { isPlain, isDryRun = false }) => {
  const fault = answer.status >= 400 ? lineFault(line, answer, isPlain) : undefined;
  if (fault || (answer.status >= 400 && !claimCodes.has(answer.code))) return { fault };
  const value = meantBy(line, answer.status === 200);
  if (value === undefined || !lineIsValid(value))
    return { fault: `${answer.code ?? 'accepted'} against the document: ${ajv.errorsText(lineIsValid.errors)}` };
  const { kind, ...body } = value;
  return lineVerdict(answer, { type: eventTypes[/** @type {keyof eventTypes} */ (kind)], body, isDryRun });
};

module.exports = {
  commandIsValid,
  judgeCall,
  judgeLine,
  lastValueOf,
  lineIsValid,
  messageIsValid,
  problemFault,
  rejectionIsValid,
  valueOf,
};
