import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import Fastify from 'fastify';
import { listen } from './listen';

const failureOf = async (host: string, port: number): Promise<string> => {
  const server = Fastify();
  try {
    return await listen({ host, port }, () => server.listen({ host, port }));
  } catch (error) {
    return String(error);
  } finally {
    await server.close();
  }
};

test('an address of another machine is refused with what to do', async () => {
  // Kept for documentation (RFC 5737): no machine has it.
  expect(await failureOf('192.0.2.1', 0)).toBe(
    'Error: 192.0.2.1 is no address of this machine: choose one of its own with --host, or 0.0.0.0 for all of them',
  );
});

test('a port that is taken is refused with what to do', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const failure = await failureOf('127.0.0.1', port);
  other.close();
  expect(failure).toBe(
    `Error: port ${String(port)} of 127.0.0.1 is taken: stop what listens there, or choose another with --port`,
  );
});
