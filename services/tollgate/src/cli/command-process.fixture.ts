import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const program = resolve(__dirname, '../../bin/tollgate.js');
const untilMs = 30_000;

type Options = {
  environment?: NodeJS.ProcessEnv;
  /** Of any file it writes, in blocks of 512 bytes: what is beyond fails as on a full disk. */
  fileBlocks?: number;
};

/** Runs a command as a user does: the built program in a process of its own. */
export const startCommand = (parameters: readonly string[], { environment: given = {}, fileBlocks }: Options = {}) => {
  const environment = Object.entries(process.env).filter(
    ([name]) => !/^(TOLLGATE_|KAFKA_|EVENTSTORE_|DATABASE_URL$|NODE_OPTIONS$)/.test(name),
  );
  const limit = fileBlocks === undefined ? '' : `ulimit -f ${String(fileBlocks)}; `;
  const child = spawn('sh', ['-c', `${limit}exec "$@"`, 'sh', process.execPath, program, ...parameters], {
    env: { ...Object.fromEntries(environment), ...given },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return {
    stdout: () => stdout,
    stderr: () => stderr,
    ended: once(child, 'close').then(() => child.exitCode),
    signal: (signal: NodeJS.Signals) => child.kill(signal),
    closeOutput: () => child.stdout.destroy(),
    /** Waits for the condition, not for time. */
    until: async (isMet: () => Promise<boolean>): Promise<void> => {
      const deadline = Date.now() + untilMs;
      while (!(await isMet())) {
        if (Date.now() > deadline || child.exitCode !== null) throw new Error(`never happened: ${stdout}${stderr}`);
        await delay(5);
      }
    },
  };
};

/** Runs a command to its end. */
export const runCommand = async (parameters: readonly string[], options?: Options) => {
  const { ended, stdout, stderr } = startCommand(parameters, options);
  const code = await ended;
  return { code, stdout: stdout(), stderr: stderr() };
};
