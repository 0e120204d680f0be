import { spawnSync } from 'node:child_process';
import type { SpawnSyncOptions, SpawnSyncReturns } from 'node:child_process';

const limitMs = 100_000;

/**
 * Runs a program to its end and gives what it printed, as text. Nothing else happens in this process meanwhile, the limit of a test
 * neither: so one that hangs is killed after 100 s. Throws then, and where it cannot be started.
 */
export const runToEnd = (
  command: string,
  args: readonly string[],
  options: Omit<SpawnSyncOptions, 'encoding'> = {},
): SpawnSyncReturns<string> => {
  const limits = { timeout: limitMs, killSignal: 'SIGKILL' } as const;
  const run = spawnSync(command, args, { ...limits, ...options, encoding: 'utf8' });
  const { error, stdout, stderr } = run;
  const isLate = error !== undefined && 'code' in error && error.code === 'ETIMEDOUT';
  const what = [command, ...args].join(' ');
  if (isLate) throw new Error(`${what}: it has not come to its end, and printed: ${stdout}${stderr}`, { cause: error });
  if (error !== undefined) throw error;
  return run;
};
