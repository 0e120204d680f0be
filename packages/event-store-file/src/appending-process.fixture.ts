import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What `append-and-report.fixture.js` says, a line each. */
type Report = {
  opened?: string;
  appending?: string;
  appended?: string;
  events?: [eventId: string, position: string][];
  failed?: string;
  retriable?: boolean;
  message?: string;
  /** Said a while after a failure, by a process that went on. */
  isAlive?: boolean;
};

export type AppendingProcess = {
  reports: Report[];
  /** Resolves once it has said something of this kind, or has ended. */
  saying(isMeant: (report: Report) => boolean): Promise<void>;
  kill(): Promise<void>;
  ended: Promise<{ code: number | null; signal: string | null; errorOutput: string }>;
};

/** Another process that appends to the log in `folder`, run by `command` if one is given. */
export const startAppending = (
  folder: string,
  options: { times?: number; writers?: number; command?: [string, ...string[]] } = {},
): AppendingProcess => {
  const { times = 'for-ever', writers = 1, command = [] } = options;
  const program = [
    process.execPath,
    join(__dirname, 'append-and-report.fixture.js'),
    folder,
    String(times),
    String(writers),
  ];
  const [file = process.execPath, ...args] = [...command, ...program];
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const reports: Report[] = [];
  let errorOutput = '';
  child.stderr.on('data', (text) => (errorOutput += String(text)));
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    // A killed process may leave half a line, which it had not finished saying.
    if (line.endsWith('}')) reports.push(JSON.parse(line) as Report);
  });
  const ended = Promise.all([once(child, 'close'), once(lines, 'close')]).then(() => ({
    code: child.exitCode,
    signal: child.signalCode,
    errorOutput,
  }));
  return {
    reports,
    ended,
    saying: (isMeant) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (reports.some(isMeant)) resolve();
        };
        lines.on('line', check);
        void ended.then(() => {
          resolve();
        });
        check();
      }),
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
};
