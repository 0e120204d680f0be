import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { wellBehaved, type Faults } from './faults';
import type { EventStoreServer } from './server';

/** What another process may ask for, by `POST /<name>`; `misbehave` takes the faults as JSON. */
const actions = ['misbehave', 'cutConnections', 'dropSubscriptions', 'endSubscriptions', 'forgetIds'] as const;
export type Action = (typeof actions)[number];

const readFaults = (body: string): Partial<Faults> => {
  const faults = JSON.parse(body || '{}') as Partial<Faults>;
  const unknown = Object.keys(faults).find((name) => !(name in wellBehaved));
  if (unknown !== undefined) throw new Error(`No such fault: ${unknown}`);
  return faults;
};

const perform = async (server: EventStoreServer, request: IncomingMessage): Promise<void> => {
  const action = actions.find((name) => request.url === `/${name}`);
  if (request.method !== 'POST' || !action) throw new Error(`POST one of /${actions.join(', /')}`);
  server[action](readFaults(await text(request)));
};

/** Answers 204, or 400 and why not. Gives its address. */
export const serveControl = async (server: EventStoreServer): Promise<string> => {
  const http = createServer((request, response) => {
    perform(server, request).then(
      () => response.writeHead(204).end(),
      (error: unknown) => response.writeHead(400).end(error instanceof Error ? error.message : 'What?'),
    );
  }).listen(0, '127.0.0.1');
  await once(http, 'listening');
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
};
