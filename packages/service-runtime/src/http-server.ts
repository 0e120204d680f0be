import { STATUS_CODES } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import Fastify from 'fastify';
import type { ConnectionError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { parseJson, problemOf } from '@tollgate/contracts';
import type { Parsed, Problem } from '@tollgate/contracts';
import { hold } from './admission';
import { createHostCheck } from './allowed-hosts';
import { HttpProblem } from './http-problem';
import type { Log } from './log';
import { isRetriable } from './retriable';
import { createRequestIds } from './request-ids';

export type HttpLimits = {
  /** Largest request body. */
  bodyBytes: number;
  /** A request that has not arrived in full by then is dropped, so that slow clients hold nothing. */
  requestTimeoutMs: number;
  /** As `requestTimeoutMs`, for the request line and the headers alone. */
  headersTimeoutMs: number;
  /** A connection without a request is closed after so long. */
  idleTimeoutMs: number;
  /** Connections beyond these are closed as they come. */
  connections: number;
  /** Names under which requests are answered, beside addresses and localhost. */
  allowedHosts: readonly string[];
};

declare module 'fastify' {
  interface FastifyRequest {
    /** What to say of JSON that says a name twice; null of any other. */
    doubledName: string | null;
  }
  interface FastifyContextConfig {
    /** What a body is taken for as it stands, with each byte as a character: then it is not read. Absent where it must be. */
    unread?: (text: string) => object | undefined;
  }
}

/** The JSON of a request's body, or what that was taken for unread. */
export const documentOf = ({ body, doubledName }: FastifyRequest): Parsed<unknown> =>
  doubledName === null ? { ok: true, value: body } : { ok: false, detail: doubledName, before: body };

/** Bodies are checked with zod: Fastify's own compilers would only be loaded, which is a fifth of a start. */
const noSchemas = (): never => {
  throw new Error('a route has a schema, and nothing here compiles one');
};

export const ndjson = 'application/x-ndjson';

/** A server that speaks only JSON and NDJSON, answers every error as RFC 9457 problem+json and names every request in its answer. */
export const createHttpServer = (
  limits: HttpLimits,
  logger: Log,
  nextRequestId: () => string = createRequestIds(),
): FastifyInstance => {
  const hostFault = createHostCheck(limits.allowedHosts);
  const server = Fastify({
    genReqId: nextRequestId,
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.idleTimeoutMs,
    http: {
      requestTimeout: limits.requestTimeoutMs,
      headersTimeout: limits.headersTimeoutMs,
      // Refused by a hook below: Node's own refusal has no body.
      requireHostHeader: false,
      connectionsCheckingInterval: Math.min(limits.headersTimeoutMs, slowestCheckMs),
    },
    clientErrorHandler: (error, socket) => {
      refuseClient(error, socket, nextRequestId());
    },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    exposeHeadRoutes: true,
    // 128 characters of an id, each as %xx.
    routerOptions: { maxParamLength: 400 },
    frameworkErrors: (error, _request, reply) => {
      sendProblem(reply, problemOf({ code: 'INVALID_REQUEST', detail: error.message }));
    },
  });
  server.server.maxConnections = limits.connections;
  server.server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const problem = problemOf({ code: 'INVALID_REQUEST', detail: 'expect: only 100-continue is known' }, 417);
    response
      .writeHead(417, { 'content-type': problemType, [requestIdHeader]: nextRequestId(), connection: 'close' })
      .end(JSON.stringify(problem));
  });
  server.decorateRequest('admission', null);
  server.decorateRequest('heldBytes', 0);
  server.decorateRequest('doubledName', null);
  server.decorateRequest('startedAt', 0);
  server.addHook('onRequest', (request, reply, done) => {
    request.startedAt = performance.now();
    reply.header(requestIdHeader, request.id);
    done(hostFault(request.raw));
  });
  addParsers(server);
  server.setNotFoundHandler((request, reply) => {
    sendProblem(
      reply,
      problemOf({
        code: 'NOT_FOUND',
        detail: `there is no ${request.method} ${request.url.split('?')[0] ?? ''}; see /openapi.json`,
      }),
    );
  });
  server.setErrorHandler((error, request, reply) => {
    if (error instanceof HttpProblem) reply.headers(error.headers);
    sendProblem(reply, problemFor(error, request, logger));
  });
  return server;
};

const addParsers = (server: FastifyInstance): void => {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    hold(request, body.length);
    const unread = request.routeOptions.config.unread?.(body.toString('latin1'));
    if (unread !== undefined) {
      done(null, unread);
      return;
    }
    const parsed = parseJson(body);
    if (parsed.ok) done(null, parsed.value);
    else if (parsed.before !== undefined) {
      request.doubledName = parsed.detail;
      done(null, parsed.before);
    } else done(new HttpProblem(problemOf({ code: 'INVALID_REQUEST', detail: parsed.detail })));
  });
  server.addContentTypeParser(ndjson, { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    hold(request, body.length);
    done(null, body);
  });
};

/** How often Node looks for requests that are late. */
const slowestCheckMs = 5_000;

const clientFaults: Record<string, { status: number; detail: string }> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, detail: 'the request did not arrive in full in time' },
  HPE_HEADER_OVERFLOW: { status: 431, detail: 'the request line and the headers are larger than 16384 bytes' },
};

/** Answers what is no HTTP request, or came too late, and closes: there is no request that Fastify could answer. */
const refuseClient = (error: ConnectionError, socket: Socket, requestId: string): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, detail } = clientFaults[error.code] ?? {
    status: 400,
    detail: `not an HTTP request: ${error.message}`,
  };
  const body = JSON.stringify(problemOf({ code: 'INVALID_REQUEST', detail }, status));
  const head = [
    `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}`,
    `content-type: ${problemType}`,
    `${requestIdHeader}: ${requestId}`,
    `content-length: ${String(Buffer.byteLength(body))}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${isHead(error) ? '' : body}`, () => socket.destroy());
};

/** Whether the refused bytes are a HEAD request, to which an answer has no body (RFC 9110, 9.3.2). */
const isHead = ({ rawPacket }: { rawPacket?: unknown }): boolean =>
  Buffer.isBuffer(rawPacket) && rawPacket.subarray(0, 5).toString() === 'HEAD ';

const problemType = 'application/problem+json; charset=utf-8';

/** A client's own header is not believed: the id stands in what is recorded. */
const requestIdHeader = 'request-id';

const retryAfterSeconds = 1;

const sendProblem = (reply: FastifyReply, problem: Problem): void => {
  reply.code(problem.status).header('content-type', problemType).header(requestIdHeader, reply.request.id);
  if (problem.code === 'OVERLOADED') reply.header('retry-after', String(retryAfterSeconds));
  void reply.send(JSON.stringify(problem));
};

const problemFor = (error: unknown, request: FastifyRequest, logger: Log): Problem => {
  if (error instanceof HttpProblem) return error.problem;
  if (isRetriable(error))
    return problemOf({ code: 'STORE_UNAVAILABLE', detail: `${error.message}; send it again, ids are permanent` });
  const status = statusOf(error);
  if (error instanceof Error && status >= 400 && status < 500)
    return problemOf({ code: 'INVALID_REQUEST', detail: clientFault(error, status, request) }, status);
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  logger.error({ method: request.method, url: request.url, error: detail }, 'a request failed');
  return problemOf({ code: 'INTERNAL_ERROR', detail: 'the request failed inside Tollgate; see its log' });
};

const statusOf = (error: unknown): number =>
  error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;

const clientFault = (error: Error, status: number, request: FastifyRequest): string => {
  if (status === 415)
    return `content-type: send application/json (or ${ndjson} to /v1/batch), not ${request.headers['content-type'] ?? 'nothing'}`;
  if (status === 413) return `the body is larger than ${String(request.routeOptions.bodyLimit)} bytes`;
  return error.message;
};
