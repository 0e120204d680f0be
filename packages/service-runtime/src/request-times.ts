import type { FastifyInstance } from 'fastify';
import { createHistogram } from './histogram';
import type { Series } from './histogram';
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
  const begin = createHistogram({
    name: 'tollgate_http_request_seconds',
    help: 'Time to answer a request, by route and status',
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5],
    registers: [metrics],
  });
  const routes = new Map<string, Times[]>();

  const timesOf = (method: string, route: string, status: number): Series => {
    const ofRoute = routes.get(route) ?? [];
    if (ofRoute.length === 0) routes.set(route, ofRoute);
    const known = ofRoute.find((one) => one.status === status && one.method === method);
    if (known !== undefined) return known.series;
    const series = begin({ method, route, status });
    ofRoute.push({ method, status, series });
    return series;
  };
  // eslint-disable-next-line max-params -- Fastify's own
  server.addHook('onSend', (request, reply, _payload, done) => {
    const times = timesOf(request.method, request.routeOptions.url ?? 'unknown', reply.statusCode);
    times.observe((performance.now() - request.startedAt) / 1_000);
    done();
  });
};

type Times = { method: string; status: number; series: Series };
