import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { openSocket } from './support/kafka-observer';

test('a closed connection that kafkajs lets go of again and again gathered listeners, until Node warned of a leak', async () => {
  const server = createServer((accepted) => accepted.destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = openSocket({ host: '127.0.0.1', port, ssl: undefined as never, onConnect: () => undefined });
  await once(socket.on('error', () => undefined).resume(), 'close');
  server.close();
  for (let time = 0; time < 20; time += 1) socket.unref();
  expect(socket.listenerCount('connect')).toBe(0);
});
