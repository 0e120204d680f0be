import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { lastEventId, parseBody, streamPrefixes, streamQuery, trafficCommandOf } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { EventLog, Position, RecordedEvent } from '@tollgate/event-store';
import { valid } from '@tollgate/service-runtime';

const keepAliveMs = 15_000;

/**
 * Answers `GET /v1/traffic-control` with `Accept: text/event-stream`: the commands as they are made. An event's id is its
 * position; a client that reconnects with `Last-Event-ID` misses none (DESIGN 4). Streams end when the server closes.
 */
export const createCommandStream = (server: FastifyInstance, log: EventLog<LogEvent>) => {
  const closing = new AbortController();
  server.addHook('preClose', (done) => {
    closing.abort();
    done();
  });
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const after = await startOf(request, log);
    reply.hijack();
    await stream(reply.raw, { log, after, closing: closing.signal });
  };
};

/** Where the client wants to begin: after the last event it saw, at the first command, or with the next one. */
const startOf = async ({ headers, query }: FastifyRequest, log: EventLog<LogEvent>): Promise<Position | undefined> => {
  const seen = valid(parseBody(lastEventId, headers['last-event-id']));
  const { from } = valid(parseBody(streamQuery, query));
  return seen ?? (from === 'start' ? undefined : await log.lastPosition());
};

const stream = async (
  response: ServerResponse,
  { log, after, closing }: { log: EventLog<LogEvent>; after: Position | undefined; closing: AbortSignal },
): Promise<void> => {
  const gone = new AbortController();
  response.on('close', () => {
    gone.abort();
  });
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  // The start is the id of an event without data, so that a client that reconnects before the first command misses none.
  response.write(`retry: 1000\n${after === undefined ? '' : `id: ${String(after)}\n`}\n`);
  const keepAlive = setInterval(() => response.write(':\n\n'), keepAliveMs);
  const signal = AbortSignal.any([gone.signal, closing]);
  try {
    for await (const { events } of log.subscribe({ prefixes: [streamPrefixes.cutoff], after, signal })) {
      const text = events.map(eventText).join('');
      if (text !== '' && !response.write(text)) await once(response, 'drain', { signal });
    }
  } catch (error) {
    // The client reconnects with its Last-Event-ID, whatever ended this stream.
    if (!signal.aborted) response.destroy(error instanceof Error ? error : undefined);
  } finally {
    clearInterval(keepAlive);
    response.end();
  }
};

const eventText = (event: RecordedEvent<LogEvent>): string => {
  if (event.type !== 'TrafficBlocked' && event.type !== 'TrafficUnblocked') return '';
  return `id: ${String(event.position)}\ndata: ${JSON.stringify(trafficCommandOf(event))}\n\n`;
};
