import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Options = {
  scenario: string;
  address: string;
  port?: number;
  /** Where it sends to; a vendor only waits. */
  to?: string;
  keys?: Record<string, string>;
  flags?: readonly string[];
};

const program = 'sipp';
let started = 0;
const running = new Set<() => void>();
process.once('exit', () => {
  for (const kill of running) kill();
});

/** A sipp that runs a scenario, with what it logs. */
export const runSipp = ({ scenario, address, port = 0, to, keys = {}, flags = [] }: Options) => {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-sipp-'));
  started += 1;
  const file = join(folder, 'scenario.xml');
  const logFile = join(folder, 'log');
  writeFileSync(file, scenario);
  const media = String(20_000 + ((process.pid + started * 4) % 40_000));
  const child = spawn(
    program,
    [
      ...(to === undefined ? [] : [to]),
      ...['-sf', file, '-i', address, '-mi', address, '-mp', media, ...(port === 0 ? [] : ['-p', String(port)])],
      ...[
        '-nostdin',
        '-trace_logs',
        '-log_file',
        logFile,
        '-log_overwrite',
        'false',
        '-trace_err',
        '-error_file',
        join(folder, 'errors'),
      ],
      ...Object.entries(keys).flatMap(([name, value]) => ['-key', name, value]),
      ...flags,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], cwd: folder, env: { ...process.env, TERM: 'xterm' } },
  );
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  running.add(kill);
  const readIfThere = (name: string): string => (existsSync(name) ? readFileSync(name, 'latin1') : '');
  const exited = once(child, 'close').then(([code]) => {
    running.delete(kill);
    const result = {
      code: code as number | null,
      log: readIfThere(logFile),
      errors: errors + readIfThere(join(folder, 'errors')),
    };
    rmSync(folder, { recursive: true, force: true });
    return result;
  });
  return { exited, log: () => readIfThere(logFile), kill };
};
