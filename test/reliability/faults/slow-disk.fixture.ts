import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

const hasTracer = spawnSync('strace', ['-V']).error === undefined;

/** Where there is no strace the test is reported as skipped, but not in CI. */
export const testOnSlowDisk = hasTracer || process.env['CI'] !== undefined ? test : test.skip;

/** Lets each write of a process to a file wait so long, as on a disk that others keep busy, until it is released. */
export const slowWrites = (pid: number, file: string, delayMs: number): { release(): Promise<void> } => {
  const delay = `inject=pwrite64:delay_enter=${String(delayMs * 1_000)}`;
  const tracer = spawn('strace', ['-f', '-qq', '-o', '/dev/null', '-P', file, '-e', delay, '-p', String(pid)], {
    stdio: 'ignore',
  });
  const ended = once(tracer, 'close');
  return {
    release: async () => {
      if (tracer.exitCode !== null) throw new Error(`strace ended by itself with ${String(tracer.exitCode)}`);
      tracer.kill('SIGTERM');
      await ended;
    },
  };
};
