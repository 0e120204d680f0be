import type { FastifyInstance } from 'fastify';
import type { Registry } from './metrics';

/** A part that must be up before traffic is sent here; `detail` says what it waits for. */
export type Readiness = {
  name: string;
  /** Answers and decisions do not need it: it says how it is, and traffic may be sent here all the same. */
  isAside?: true;
  check(): { isReady: boolean; detail: string };
};

/** `/healthz`: the process answers. `/readyz`: every part that is not aside is ready. `/metrics`: Prometheus text. */
export const addOperatorRoutes = (server: FastifyInstance, parts: readonly Readiness[], metrics: Registry): void => {
  server.get('/healthz', () => ({ status: 'ok' }));
  server.get('/readyz', (_request, reply) => {
    const checks = parts.map(({ name, check }) => ({ name, ...check() }));
    const isReady = checks.every((part, index) => part.isReady || parts[index]?.isAside === true);
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not ready', parts: checks });
  });
  server.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.metrics()));
};
