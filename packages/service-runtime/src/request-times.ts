import type { FastifyInstance } from 'fastify';
import { Histogram } from './metrics';
import type { Registry } from './metrics';

declare module 'fastify' {
  interface FastifyRequest {
    /** By the monotonic clock. */
    startedAt: number;
  }
}

/**
 * How long requests take, by route and status, until their answer is handed over. Not until it has been taken: listening for
 * that costs a tenth of a small request.
 */
export const observeRequests = (server: FastifyInstance, metrics: Registry): void => {
  const requests = new Histogram({
    name: 'tollgate_http_request_seconds',
    help: 'Time to answer a request, by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5],
    registers: [metrics],
  });
  // eslint-disable-next-line max-params -- Fastify's own
  server.addHook('onSend', (request, reply, _payload, done) => {
    const labels = { method: request.method, route: request.routeOptions.url ?? 'unknown', status: reply.statusCode };
    requests.observe(labels, (performance.now() - request.startedAt) / 1_000);
    done();
  });
};
