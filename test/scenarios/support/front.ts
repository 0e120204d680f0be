import { once } from 'node:events';
import { createServer, request as send } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { send as ask } from './api';

/** Where processes with these roles answer; they may come and go. */
export type Behind = { intakes(): readonly string[]; api(): string; all(): readonly string[] };

/** Passes a request on as it is; a process that is gone is a bad gateway. */
const passOn = (incoming: IncomingMessage, response: ServerResponse, to: string): void => {
  const { method, url = '/', headers } = incoming;
  const outgoing = send(to + url, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.on('error', () => response.destroy());
    answer.pipe(response);
  });
  outgoing.on('error', () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end();
  });
  response.on('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
};

const positionIn = (metrics: string): number => Number(/^tollgate_log_position (\d+)$/m.exec(metrics)?.[1] ?? 0);

/** As ready as all of them. */
const readinessOf = async (urls: readonly string[]) => {
  const answers = await Promise.all(urls.map((url) => ask(url, { method: 'GET', path: '/readyz' })));
  return { status: answers.every(({ status }) => status === 200) ? 200 : 503, text: answers.map(({ text }) => text) };
};

/** Of whoever has come furthest: what was acknowledged to anybody is in it. */
const metricsOf = async (urls: readonly string[]): Promise<string> => {
  const answers = await Promise.all(urls.map((url) => ask(url, { method: 'GET', path: '/metrics' })));
  const texts = answers.map(({ text }) => text);
  return texts.sort((one, other) => positionIn(other) - positionIn(one))[0] ?? '';
};

const close = (server: Server): void => {
  server.close();
  server.closeAllConnections();
};

const fronts: Server[] = [];
afterAll(() => {
  fronts.forEach(close);
});

/** One address for all roles, as a proxy that an operator puts before them: intakes in turn, reads to the API. */
export const startFront = async ({ intakes, api, all }: Behind): Promise<string> => {
  let turn = 0;
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (incoming.url === '/readyz') {
      const { status, text } = await readinessOf(all());
      response.writeHead(status).end(JSON.stringify(text));
    } else if (incoming.url === '/metrics') response.end(await metricsOf(all()));
    else if (incoming.method === 'GET') passOn(incoming, response, api());
    else {
      const to = intakes();
      turn += 1;
      passOn(incoming, response, to[turn % to.length] ?? '');
    }
  };
  const server = createServer((incoming, response) => {
    answer(incoming, response).catch(() => response.writeHead(502).end());
  });
  fronts.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${String(port)}`;
};
