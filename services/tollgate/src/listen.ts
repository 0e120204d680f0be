import type { FastifyInstance } from 'fastify';
import type { Settings } from './settings';

/** Resolves with the address it listens on; rejects with what to do where it cannot. */
export const listen = async (
  server: FastifyInstance,
  { host, port }: Pick<Settings, 'host' | 'port'>,
): Promise<string> => {
  try {
    return await server.listen({ host, port });
  } catch (error) {
    const advise =
      typeof error === 'object' && error !== null && 'code' in error ? advice[String(error.code)] : undefined;
    if (advise === undefined) throw error;
    throw new Error(advise(host, String(port)), { cause: error });
  }
};

const advice: Record<string, (host: string, port: string) => string> = {
  EADDRINUSE: (host, port) =>
    `port ${port} of ${host} is taken: stop what listens there, or choose another with --port`,
  EADDRNOTAVAIL: (host) =>
    `${host} is no address of this machine: choose one of its own with --host, or 0.0.0.0 for all of them`,
  ENOTFOUND: (host) => `the host ${host} is not known: choose an address of this machine with --host`,
  EACCES: (host, port) => `port ${port} of ${host} is not open to this user: choose one from 1024 on with --port`,
};
