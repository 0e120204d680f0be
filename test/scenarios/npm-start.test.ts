import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { get } from './support/api';
import { createDataFolder } from './support/tollgate-process';
import { until } from './support/until';

const root = resolve(__dirname, '../..');
const startTimeoutMs = 120_000;

let npm: ChildProcess;
let output = '';

/** Of npm and of everything it has started: they are a process group of their own. */
const signalAll = (signal: NodeJS.Signals | 0): boolean => {
  try {
    return process.kill(-(npm.pid ?? 0), signal);
  } catch {
    return false;
  }
};

beforeEach(async () => {
  output = '';
  const data = await createDataFolder();
  npm = spawn('npm', ['start'], {
    cwd: root,
    env: { ...process.env, TOLLGATE_PORT: '0', TOLLGATE_DATA: data, KAFKA_BROKERS: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  npm.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
});

afterEach(() => signalAll('SIGKILL'));

test('SIGTERM to `npm start`, as a supervisor sends it, stops Tollgate in order and leaves no process behind', async () => {
  const url = await until('Tollgate listens', () => /listens on (http:[^\s,]+)/.exec(output)?.[1], startTimeoutMs);
  const exited = once(npm, 'exit');
  npm.kill('SIGTERM');
  await exited;
  await until('the process is gone', () => !signalAll(0));
  expect(output).toContain('Tollgate has stopped');
  await expect(get(url, '/healthz')).rejects.toThrow('ECONNREFUSED');
});

test('Ctrl-C on `npm start`, which comes from the terminal and again from npm, stops in order, where it used to kill', async () => {
  await until('Tollgate listens', () => /listens on (http:[^\s,]+)/.exec(output)?.[1], startTimeoutMs);
  signalAll('SIGINT');
  setTimeout(() => signalAll('SIGINT'), 50);
  await until('the process is gone', () => !signalAll(0));
  expect(output).toContain('Tollgate has stopped');
});
