import { once } from 'node:events';
import { createServer } from 'node:http';
import { problemOf } from '@tollgate/contracts';
import { listen } from './listen';
import type { Settings } from './settings';

/**
 * Answers on the address while the log is folded: that the process lives, that it is not ready and how far it is. Resolves with the
 * port, for whoever takes the address over.
 */
export const answerWhileStarting = async ({ host, port }: Pick<Settings, 'host' | 'port'>) => {
  let detail = (): string => 'the log is being opened';
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0];
    const answer = (status: number, body: object, type = 'application/json'): void => {
      response.writeHead(status, { 'content-type': `${type}; charset=utf-8`, connection: 'close', 'retry-after': '1' });
      response.end(request.method === 'HEAD' ? undefined : JSON.stringify(body));
    };
    if (path === '/healthz') answer(200, { status: 'ok' });
    else if (path === '/readyz')
      answer(503, { status: 'not ready', parts: [{ name: 'account table', isReady: false, detail: detail() }] });
    else {
      const problem = problemOf({ code: 'STORE_UNAVAILABLE', detail: `Tollgate is starting: ${detail()}; ask again` });
      answer(problem.status, problem, 'application/problem+json');
    }
  });
  await listen({ host, port }, async () => {
    server.listen({ host, port });
    await once(server, 'listening');
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    onProgress: (tell: () => string): void => {
      detail = tell;
    },
    close: async (): Promise<void> => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
