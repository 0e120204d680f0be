import Fastify from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { parseJson, problemOf } from '@tollgate/contracts';
import type { Parsed, Problem } from '@tollgate/contracts';
import type { Log } from './log';

/** Thrown by a handler to answer with a problem. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** The parsed value; what could not be parsed is answered 400. */
export const valid = <Value>(parsed: Parsed<Value>): Value => {
  if (parsed.ok) return parsed.value;
  throw new HttpProblem(problemOf({ code: 'INVALID_REQUEST', detail: parsed.detail }));
};

export type HttpLimits = {
  /** Largest request body. */
  bodyBytes: number;
  /** A request that has not arrived in full by then is dropped, so that slow clients hold nothing. */
  requestTimeoutMs: number;
};

export const ndjson = 'application/x-ndjson';

/** A server that speaks only JSON and NDJSON, and answers every error as RFC 9457 problem+json. */
export const createHttpServer = ({ bodyBytes, requestTimeoutMs }: HttpLimits, logger: Log): FastifyInstance => {
  const server = Fastify({
    bodyLimit: bodyBytes,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: 75_000,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: (error, _request, reply) => {
      sendProblem(reply, problemOf({ code: 'INVALID_REQUEST', detail: error.message }));
    },
  });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body: Buffer, done) => {
    const parsed = parseJson(body);
    if (parsed.ok) done(null, parsed.value);
    else done(new HttpProblem(problemOf({ code: 'INVALID_REQUEST', detail: parsed.detail })));
  });
  server.addContentTypeParser(ndjson, { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
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
    sendProblem(reply, problemFor(error, request, logger));
  });
  return server;
};

const sendProblem = (reply: FastifyReply, problem: Problem): void => {
  void reply
    .code(problem.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify(problem));
};

const problemFor = (error: unknown, request: FastifyRequest, logger: Log): Problem => {
  if (error instanceof HttpProblem) return error.problem;
  if (error instanceof Error && 'retriable' in error && error.retriable === true)
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
