import { createComponents } from './components';
import type { Components } from './components';
import { accountId, recordIdPattern } from './fields';
import { claimParameters } from './parameters';
import { problem, problems } from './problem';
import type { ProblemCode } from './problem';
import { routes } from './routes';
import type { Content, Route } from './route';

/** The HTTP contract of DESIGN section 4 as an OpenAPI 3.1 document, built from the schemas that check the messages. */
export const openApiDocument = (): object => {
  const components = createComponents();
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method] = operation(route, components);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tollgate',
      version: '1.0.0',
      summary: 'Exact, replayable balance ledger and traffic cutoff for telephony partners.',
      description:
        'Amounts are exact decimals in strings. Ids are permanent: the same id with the same content changes nothing, with other content it is a conflict. Unknown fields are refused, and names said twice in one object. A body may be packed, once, with content-encoding gzip or zstd. Every answer names its request in the header request-id. Every error is application/problem+json (RFC 9457) with a code.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [
      { name: 'records', description: 'What moves a balance.' },
      { name: 'accounts', description: 'Partners, their rules, balances and histories.' },
      { name: 'calls', description: 'What a switch asks about a call.' },
      { name: 'traffic', description: 'What the softswitch is told.' },
      { name: 'proofs', description: 'What auditors check, where checkpoints are signed.' },
      { name: 'operator', description: 'For whoever runs it.' },
    ],
    paths,
    components: {
      parameters: Object.fromEntries(claimParameters.map((parameter) => [parameter.name, parameter])),
      schemas: components.schemas(),
    },
  };
};

const operation = (route: Route, components: Components): object => {
  const { operationId, tag, summary, request, parameters = [], answers } = route;
  const all = [...pathParameters(route, components), ...parameters, ...(request ? claims : [])];
  return {
    operationId,
    tags: [tag],
    summary,
    ...(all.length > 0 && { parameters: all }),
    ...(request && { requestBody: { required: true, content: contentOf(request, components) } }),
    responses: { ...answerResponses(answers, components), ...problemResponses(route, components) },
  };
};

const claims = claimParameters.map(({ name }) => ({ $ref: `#/components/parameters/${name}` }));

const pathParameters = ({ path }: Route, { ref }: Components): object[] =>
  [
    { name: 'accountId', schema: ref(accountId) },
    { name: 'authorizationId', schema: { type: 'string', pattern: recordIdPattern.source } },
    { name: 'statementId', schema: { type: 'string', pattern: recordIdPattern.source } },
  ].flatMap(({ name, schema }) => (path.includes(`{${name}}`) ? [{ name, in: 'path', required: true, schema }] : []));

const answerResponses = (answers: Route['answers'], components: Components): object =>
  Object.fromEntries(
    Object.entries(answers).map(([status, { description, content }]) => [
      status,
      { description, content: Object.assign({}, ...content.map((one) => contentOf(one, components))) as object },
    ]),
  );

/** One content by its media type. Lines and events have no schema language of their own in 3.1: an extension names it. */
const contentOf = (content: Content, { ref }: Components): object => {
  switch (content.as) {
    case 'json':
      return { 'application/json': { schema: ref(content.schema), example: content.example } };
    case 'lines': {
      const schema = { type: 'string', description: 'A JSON object a line, as x-line-schema says.' };
      const example = content.examples.map((line) => `${JSON.stringify(line)}\n`).join('');
      return { 'application/x-ndjson': { schema, 'x-line-schema': ref(content.of), example } };
    }
    case 'events': {
      const schema = {
        type: 'string',
        description: 'Server-sent events; the data of each is JSON, as x-event-schema says.',
      };
      const example = `id: 1290\ndata: ${JSON.stringify(content.example)}\n\n`;
      return { 'text/event-stream': { schema, 'x-event-schema': ref(content.data), example } };
    }
    case 'text':
      return { [content.mediaType]: { schema: { type: 'string', description: content.description } } };
  }
};

const retryAfter = {
  description: 'With OVERLOADED: seconds until it is worth trying again.',
  schema: { type: 'integer' },
};

type Fault = { status: number; code: ProblemCode; when: string };

/** Whatever is asked for. */
const always = ['INTERNAL_ERROR', 'HOST_NOT_ALLOWED', 'WRONG_ROLE', 'ORIGIN_NOT_ALLOWED'] as const;

const acceptEncoding = {
  description: 'With a content-encoding that is not read: those that are.',
  schema: { type: 'string' },
};

const problemResponses = ({ tag, request, problems: codes }: Route, { ref }: Components): object => {
  if (tag === 'operator') return {};
  const faults: Fault[] = [...codes, ...always].map((code) => ({
    code,
    status: problems[code].status,
    when: problems[code].title,
  }));
  if (request) {
    faults.push({ code: 'INVALID_REQUEST', status: 413, when: 'The body is too large' });
    faults.push({
      code: 'INVALID_REQUEST',
      status: 415,
      when: 'The body has another content type, or a content-encoding that is not read',
    });
  }
  const statuses = [...new Set(faults.map(({ status }) => status))];
  return Object.fromEntries(
    statuses.map((status) => {
      const group = faults.filter((fault) => fault.status === status);
      const code = { enum: group.map((fault) => fault.code) };
      const schema = { allOf: [ref(problem), { properties: { code } }] };
      const description = group.map((fault) => `${fault.code}: ${fault.when}.`).join(' ');
      const headers = {
        ...(group.some((fault) => fault.code === 'OVERLOADED') && { headers: { 'Retry-After': retryAfter } }),
        ...(status === 415 && { headers: { 'Accept-Encoding': acceptEncoding } }),
      };
      return [status, { description, ...headers, content: { 'application/problem+json': { schema } } }];
    }),
  );
};
