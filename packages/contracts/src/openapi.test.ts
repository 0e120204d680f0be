import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import type { z } from 'zod';
import { accountQuery, historyQuery, listQuery, openApiDocument, parseBody, pastListQuery } from './index';
import { acceptedFields, documented, refusedFields, schemaNames, withField } from './bodies.fixture';
import type { SchemaName } from './bodies.fixture';
import { routes } from './routes';
import type { Content } from './route';

type Media = { schema?: object; example?: unknown; 'x-line-schema'?: object; 'x-event-schema'?: object };
type Operation = {
  operationId: string;
  parameters?: { name: string; in: string; schema: object }[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, { description: string; content: Record<string, Media> }>;
};
type Document = { paths: Record<string, Record<string, Operation>>; components: { schemas: Record<string, object> } };

const document = openApiDocument() as Document;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ call: `${method.toUpperCase()} ${path}`, operation })),
);
const operationOf = (call: string): Operation => {
  const found = operations.find((one) => one.call === call);
  if (found === undefined) throw new Error(`there is no ${call}`);
  return found.operation;
};

/** Any reader's check of a value against a schema of the document. */
const isValid = (schema: object, value: unknown): boolean => {
  const ajv = new Ajv2020({ strict: false });
  addFormats(ajv);
  const { components } = document;
  return ajv.validate({ ...schema, components }, value);
};
const isValidBody = (() => {
  const compiled = new Map<SchemaName, (value: unknown) => boolean>();
  const ajv = new Ajv2020({ strict: false });
  addFormats(ajv);
  return (name: SchemaName, value: unknown): boolean => {
    const id = name.charAt(0).toUpperCase() + name.slice(1);
    const check =
      compiled.get(name) ?? ajv.compile({ $ref: `#/components/schemas/${id}`, components: document.components });
    compiled.set(name, check);
    return check(value);
  };
})();

test('every call of DESIGN section 4 is there, and no other', () => {
  expect(operations.map(({ call }) => call).sort()).toEqual([
    'GET /healthz',
    'GET /metrics',
    'GET /readyz',
    'GET /v1/accounts',
    'GET /v1/accounts/{accountId}',
    'GET /v1/accounts/{accountId}/authorizations',
    'GET /v1/accounts/{accountId}/history',
    'GET /v1/accounts/{accountId}/statements',
    'GET /v1/accounts/{accountId}/statements/{statementId}',
    'GET /v1/checkpoint',
    'GET /v1/checkpoints/latest',
    'GET /v1/proofs/consistency',
    'GET /v1/proofs/inclusion',
    'GET /v1/tile/{level}/{tile}',
    'GET /v1/traffic-control',
    'POST /v1/accounts',
    'POST /v1/accounts/{accountId}/statements',
    'POST /v1/acknowledgements',
    'POST /v1/adjustments',
    'POST /v1/authorizations',
    'POST /v1/authorizations/{accountId}/{authorizationId}/extend',
    'POST /v1/authorizations/{accountId}/{authorizationId}/release',
    'POST /v1/batch',
    'POST /v1/payments',
    'POST /v1/reversals',
    'POST /v1/usage',
    'PUT /v1/accounts/{accountId}/cutoff',
  ]);
});

test('every operation has a name of its own', () => {
  expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length);
});

test.each<[string, string[]]>([
  ['POST /v1/accounts', ['200', '201', '400', '403', '409', '413', '415', '421', '500', '503']],
  ['PUT /v1/accounts/{accountId}/cutoff', ['200', '400', '403', '404', '413', '415', '421', '500', '503']],
  ['POST /v1/payments', ['200', '201', '400', '403', '404', '409', '413', '415', '421', '422', '500', '503']],
  ['POST /v1/usage', ['200', '201', '400', '403', '404', '409', '413', '415', '421', '422', '500', '503']],
  ['POST /v1/adjustments', ['200', '201', '400', '403', '404', '409', '413', '415', '421', '422', '500', '503']],
  ['POST /v1/reversals', ['200', '201', '400', '403', '404', '409', '413', '415', '421', '500', '503']],
  ['POST /v1/batch', ['200', '400', '403', '413', '415', '421', '500', '503']],
  ['GET /v1/accounts', ['200', '400', '403', '421', '500', '503']],
  ['GET /v1/accounts/{accountId}', ['200', '400', '403', '404', '421', '500', '503']],
  ['GET /v1/accounts/{accountId}/history', ['200', '400', '403', '404', '421', '500', '503']],
  [
    'POST /v1/accounts/{accountId}/statements',
    ['200', '201', '400', '403', '404', '409', '413', '415', '421', '500', '503'],
  ],
  ['GET /v1/traffic-control', ['200', '400', '403', '421', '500', '503']],
  ['GET /v1/checkpoints/latest', ['200', '403', '404', '421', '500']],
  ['GET /v1/proofs/inclusion', ['200', '400', '403', '404', '421', '500']],
  ['GET /readyz', ['200', '503']],
])('%s is answered with %j', (call, statuses) => {
  expect(Object.keys(operationOf(call).responses)).toEqual(statuses);
});

test.each(operations.filter(({ call }) => call.includes('/v1/')))(
  'every error of $call is problem+json with the codes it can have',
  ({ operation }) => {
    for (const [status, { content, description }] of Object.entries(operation.responses)) {
      if (Number(status) < 400) continue;
      expect(Object.keys(content)).toEqual(['application/problem+json']);
      expect(description).toMatch(/^[A-Z_]+: /);
    }
  },
);

test('what a reversal can conflict with is said by code', () => {
  const conflict = operationOf('POST /v1/reversals').responses['409'];
  expect(conflict?.content['application/problem+json']?.schema).toEqual({
    allOf: [
      { $ref: '#/components/schemas/Problem' },
      { properties: { code: { enum: ['ID_CONFLICT', 'ALREADY_REVERSED'] } } },
    ],
  });
});

const contents = routes.flatMap((route) =>
  [...(route.request ? [route.request] : []), ...Object.values(route.answers).flatMap(({ content }) => content)].map(
    (content) => ({
      call: `${route.method} ${route.path}`,
      content,
    }),
  ),
);
const examplesOf = (content: Content): [schema: string | undefined, value: unknown][] => {
  if (content.as === 'json') return [[content.schema.meta()?.id, content.example]];
  if (content.as === 'lines') return content.examples.map((line) => [content.of.meta()?.id, line]);
  return content.as === 'events' ? [[content.data.meta()?.id, content.example]] : [];
};

test.each(contents)('the examples of $call are what their schemas say', ({ content }) => {
  for (const [id, value] of examplesOf(content))
    expect([id, value, isValid({ $ref: `#/components/schemas/${id ?? ''}` }, value)]).toEqual([id, value, true]);
});

test.each(schemaNames)('the published schema accepts the documented %s', (name) => {
  expect(isValidBody(name, documented[name])).toBe(true);
});

test.each(acceptedFields)('the published schema accepts a %s with %s %s', (name, field, json) => {
  expect(isValidBody(name, JSON.parse(withField(name, field, json)))).toBe(true);
});

test.each(refusedFields)('the published schema refuses a %s with %s %s', (name, field, json) => {
  expect(isValidBody(name, JSON.parse(withField(name, field, json)))).toBe(false);
});

test('a batch is lines of JSON, each a body with its kind, answered with a line each', () => {
  const { requestBody, responses } = operationOf('POST /v1/batch');
  const media = requestBody?.content['application/x-ndjson'];
  expect(media?.['x-line-schema']).toEqual({ $ref: '#/components/schemas/BatchLine' });
  expect(responses['200']?.content['application/x-ndjson']?.['x-line-schema']).toEqual({
    $ref: '#/components/schemas/BatchLineAnswer',
  });
  const line = { $ref: '#/components/schemas/BatchLine' };
  expect(isValid(line, { kind: 'usage', ...documented.usage })).toBe(true);
  expect(isValid(line, documented.usage)).toBe(false);
  expect(isValid(line, { kind: 'payment', ...documented.usage })).toBe(false);
});

test('who is blocked and the commands as they are made are one call, told apart by Accept', () => {
  const { parameters, responses } = operationOf('GET /v1/traffic-control');
  expect(Object.keys(responses['200']?.content ?? {})).toEqual(['application/json', 'text/event-stream']);
  expect(responses['200']?.content['text/event-stream']?.['x-event-schema']).toEqual({
    $ref: '#/components/schemas/TrafficCommand',
  });
  expect(parameters?.map(({ name }) => name)).toEqual([
    ...['after', 'limit', 'minPosition', 'occurredBefore', 'recordedBefore', 'atPosition'],
    ...['from', 'Last-Event-ID'],
  ]);
});

describe('the documented parameters are those that are parsed', () => {
  test.each<[string, z.ZodObject]>([
    ['GET /v1/accounts', pastListQuery],
    ['GET /v1/accounts/{accountId}/authorizations', listQuery],
    ['GET /v1/accounts/{accountId}/history', historyQuery],
    ['GET /v1/accounts/{accountId}', accountQuery],
  ])('%s', (call, query) => {
    const parameters = (operationOf(call).parameters ?? []).filter((parameter) => parameter.in === 'query');
    expect(parameters.map(({ name }) => name).sort()).toEqual(Object.keys(query.shape).sort());
    for (const { name, schema } of parameters) {
      const isNumber = 'type' in schema && schema.type === 'integer';
      for (const text of ['0', '1', '100', '1000', '1001', '-1', 'x', '1'.repeat(19), 'x'.repeat(201)]) {
        const value = isNumber ? Number(text) : text;
        expect([name, text, parseBody(query, { [name]: text }).ok]).toEqual([name, text, isValid(schema, value)]);
      }
    }
  });
});
