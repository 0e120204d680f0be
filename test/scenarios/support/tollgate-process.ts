import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { until } from './until';

const program = resolve(__dirname, '../../../services/tollgate/bin/tollgate.js');
const startTimeoutMs = 120_000;

type Ended = { code: number | null; signal: NodeJS.Signals | null };

/** A Tollgate of its own process, as an operator starts it. */
export type Tollgate = {
  url: string;
  data: string;
  pid: number;
  /** SIGTERM. */
  stop(): Promise<Ended>;
  /** SIGKILL. */
  kill(): Promise<Ended>;
  exited: Promise<Ended>;
  output(): string;
};

export type TollgateOptions = {
  data: string;
  brokers?: readonly string[];
  flags?: readonly string[];
  environment?: NodeJS.ProcessEnv;
};

/** Settings of whoever runs the tests must not reach the process under test. */
export const cleanEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(TOLLGATE_|KAFKA_|EVENTSTORE_|DATABASE_URL$|SWITCHES$|ACKNOWLEDGE_|NODE_OPTIONS$)/.test(name),
    ),
  );

/** Ends each process that still runs. */
const running = new Set<() => Promise<Ended>>();
process.once('exit', () => {
  for (const end of running) void end();
});

/** A `tollgate` command that runs. */
export const spawnTollgate = (args: readonly string[], environment: NodeJS.ProcessEnv = {}) =>
  spawnProgram(program, args, environment);

/** A program of ours that runs. */
export const spawnProgram = (path: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}) => {
  const child = spawn(process.execPath, [path, ...args], {
    env: { ...cleanEnvironment(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const exited = once(child, 'close').then(([code, signal]): Ended => {
    running.delete(killAndWait);
    return { code: code as Ended['code'], signal: signal as Ended['signal'] };
  });
  const killAndWait = (): Promise<Ended> => {
    child.kill('SIGKILL');
    return exited;
  };
  running.add(killAndWait);
  return { child, exited, output: () => output };
};

/** Starts `tollgate serve` on a free port and resolves once it listens. */
export const startTollgate = async ({
  data,
  brokers,
  flags = [],
  environment = {},
}: TollgateOptions): Promise<Tollgate> => {
  const kafka = brokers === undefined ? [] : ['--kafka-brokers', brokers.join(',')];
  const { child, exited, output } = spawnTollgate(
    ['serve', '--port', '0', '--data', data, ...kafka, ...flags],
    environment,
  );
  let hasEnded = false;
  void exited.then(() => {
    hasEnded = true;
  });
  const end = (signal: NodeJS.Signals) => (): Promise<Ended> => {
    child.kill(signal);
    return exited;
  };
  const url = await until(
    'Tollgate listens',
    () => {
      if (hasEnded) throw new Error(`Tollgate ended before it listened:\n${output()}`);
      return /Tollgate listens on (http:\S+?),? /.exec(output())?.[1];
    },
    startTimeoutMs,
  );
  return { url, data, pid: child.pid ?? 0, stop: end('SIGTERM'), kill: end('SIGKILL'), exited, output };
};

/** Runs another `tollgate` command to its end. */
export const runTollgate = async (...args: readonly string[]): Promise<Ended & { output: string }> => {
  const { exited, output } = spawnTollgate(args);
  return { ...(await exited), output: output() };
};

const folders: string[] = [];

/** A data folder that is gone after the tests of this file. */
export const createDataFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-scenario-'));
  folders.push(folder);
  return folder;
};

/** Whatever a test file started ends with it, and what it wrote is removed. */
afterAll(async () => {
  await Promise.all([...running].map((end) => end()));
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
});
