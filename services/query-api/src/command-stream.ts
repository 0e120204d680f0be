import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AccountTable } from '@tollgate/account-table';
import { lastEventId, parseBody, problemOf, streamPrefixes, streamQuery, trafficCommandOf } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { EventLog, Position, RecordedEvent } from '@tollgate/event-store';
import { HttpProblem, createTurns, valid } from '@tollgate/service-runtime';

const keepAliveMs = 15_000;
/** A client that has not taken what it was sent by then is dropped; it reconnects with its Last-Event-ID. */
const stalledMs = 30_000;
/** A listener that stalls keeps one page in memory, and there may be many of them. */
const pageEvents = 50;

const streamHeaders = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' };

type StreamParts = { log: EventLog<LogEvent>; table: AccountTable };

/**
 * Answers `GET /v1/traffic-control` with `Accept: text/event-stream`: the commands as they are made. An event's id is its
 * position; a client that reconnects with `Last-Event-ID` misses none (DESIGN 4). Streams end when the server closes.
 */
export const createCommandStream = (server: FastifyInstance, parts: StreamParts) => {
  const closing = new AbortController();
  server.addHook('preClose', (done) => {
    closing.abort();
    done();
  });
  // Many that read from the start keep nobody else waiting.
  const turn = createTurns();
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const after = await startOf(request, parts);
    // Not its turn yet, behind another request on one connection: it would not even hear that the connection has closed.
    if (reply.raw.socket === null) {
      const detail = 'a request for an event stream must not follow an unanswered one on its connection';
      throw new HttpProblem(problemOf({ code: 'INVALID_REQUEST', detail }));
    }
    // What a HEAD asks for is known without any of the stream.
    if (request.method === 'HEAD') {
      await reply.headers(streamHeaders).send();
      return;
    }
    reply.hijack();
    await stream(reply.raw, { log: parts.log, after, turn, requestId: request.id, closing: closing.signal });
  };
};

/** Where the client wants to begin: after the last event it saw, at the first command, or with the next one. */
const startOf = async (
  { headers, query }: FastifyRequest,
  { log, table }: StreamParts,
): Promise<Position | undefined> => {
  const seen = valid(parseBody(lastEventId, headers['last-event-id']));
  const { from } = valid(parseBody(streamQuery, query));
  if (seen === undefined) return from === 'start' ? undefined : table.position();
  if (seen > 0n && (await log.read(seen)) === undefined) {
    const detail = `last-event-id: the log has no event at ${String(seen)}: it is another log or an older copy; begin again, with from=start for all commands`;
    throw new HttpProblem(problemOf({ code: 'INVALID_REQUEST', detail }));
  }
  return seen;
};

type Streaming = {
  log: EventLog<LogEvent>;
  after: Position | undefined;
  turn(): Promise<void>;
  requestId: string;
  closing: AbortSignal;
};

const stream = async (response: ServerResponse, { log, after, turn, requestId, closing }: Streaming): Promise<void> => {
  const gone = new AbortController();
  response.on('close', () => {
    gone.abort();
  });
  response.writeHead(200, { ...streamHeaders, 'request-id': requestId });
  // The start is the id of an event without data, so that a client that reconnects before the first command misses none.
  response.write(`retry: 1000\n${after === undefined ? '' : `id: ${String(after)}\n`}\n`);
  const keepAlive = setInterval(() => response.writableNeedDrain || response.write(':\n\n'), keepAliveMs);
  const signal = AbortSignal.any([gone.signal, closing]);
  try {
    const selection = { prefixes: [streamPrefixes.cutoff], after, maxEvents: pageEvents, signal };
    for await (const { events, isCaughtUp } of log.subscribe(selection)) {
      const text = events.map(eventText).join('');
      if (text !== '' && !response.write(text)) await drained(response, signal);
      if (!isCaughtUp) await turn();
    }
  } catch (error) {
    // The client reconnects with its Last-Event-ID, whatever ended this stream.
    if (!signal.aborted) response.destroy(error instanceof Error ? error : undefined);
  } finally {
    clearInterval(keepAlive);
    response.end();
  }
};

const drained = async (response: ServerResponse, signal: AbortSignal): Promise<void> => {
  const stalled = setTimeout(() => response.destroy(), stalledMs);
  try {
    await once(response, 'drain', { signal });
  } finally {
    clearTimeout(stalled);
  }
};

const eventText = (event: RecordedEvent<LogEvent>): string => {
  if (event.type !== 'TrafficBlocked' && event.type !== 'TrafficUnblocked') return '';
  return `id: ${String(event.position)}\ndata: ${JSON.stringify(trafficCommandOf(event))}\n\n`;
};
