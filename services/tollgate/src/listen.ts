import type { Settings } from './settings';

type Address = Pick<Settings, 'host' | 'port'>;

/** Resolves as `start` does, which listens; rejects with what to do where that cannot be. */
export const listen = async <Started>({ host, port }: Address, start: () => Promise<Started>): Promise<Started> => {
  try {
    return await start();
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
