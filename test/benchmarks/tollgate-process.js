// @ts-check
'use strict';

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { accountId } = require('./messages.js');

const repo = path.resolve(__dirname, '../..');
const commandOf = (/** @type {string} */ build) => path.join(build, 'services/tollgate/bin/tollgate.js');
const startTimeoutMs = 120_000;
const stopTimeoutMs = 30_000;

/** Every process we started that still runs; none may outlive us. @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** @param {string[]} parameters @param {import('node:child_process').SpawnOptions} options */
const spawnNode = (parameters, options = {}) => {
  const child = spawn(process.execPath, parameters, options);
  running.add(child);
  const exited = once(child, 'exit').then(([code, signal]) => {
    running.delete(child);
    return /** @type {{ code: number | null, signal: string | null }} */ ({ code, signal });
  });
  return { child, exited };
};

/**
 * Starts the real thing: `tollgate serve` on a free port and this data folder. `build` is the checkout it is started from.
 * @param {{ build: string, data: string, brokers?: string[], flags?: string[], nodeFlags?: string[], settings?: NodeJS.ProcessEnv }} options
 */
const startTollgate = async ({ build, data, brokers, flags = [], nodeFlags = [], settings = {} }) => {
  const startedAt = performance.now();
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(TOLLGATE_|KAFKA_|EVENTSTORE_|DATABASE_URL$|NODE_OPTIONS$)/.test(name),
    ),
  );
  const kafka = brokers ? ['--kafka-brokers', brokers.join(',')] : [];
  const { child, exited } = spawnNode(
    [...nodeFlags, commandOf(build), 'serve', '--port', '0', '--data', data, '--log-level', 'warn', ...kafka, ...flags],
    { cwd: build, env: { ...environment, ...settings }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (/** @type {string} */ text) => (printed = (printed + text).slice(-20_000)));
  const url = await untilListening(() => printed, exited);
  const pid = /** @type {number} */ (child.pid);
  const end = async (/** @type {NodeJS.Signals} */ signal) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
    child.kill(signal);
    const how = await exited;
    clearTimeout(timer);
    return how;
  };
  return {
    url,
    pid,
    printed: () => printed,
    untilReady: async () => {
      for (const deadline = startedAt + startTimeoutMs; performance.now() < deadline; await sleep(5)) {
        const answer = await fetch(`${url}/readyz`);
        await answer.text();
        if (answer.status === 200) return (performance.now() - startedAt) / 1_000;
      }
      throw new Error(`Tollgate was not ready after ${startTimeoutMs / 1_000} s:\n${printed}`);
    },
    /** Waits until balances and decisions are up to date with the log, so that this work counts where it was caused. */
    untilSettled: async () => {
      const position = await logPosition(url);
      for (const deadline = performance.now() + startTimeoutMs; performance.now() < deadline;) {
        const answer = await fetch(`${url}/v1/accounts/${accountId(0)}?minPosition=${position}`);
        await answer.text();
        if (answer.status === 200) return;
      }
      throw new Error(`Tollgate does not catch up with position ${position}`);
    },
    logPosition: () => logPosition(url),
    stop: async () => {
      const { code, signal } = await end('SIGTERM');
      if (code !== 0) throw new Error(`Tollgate ended with ${code ?? signal}:\n${printed}`);
    },
    kill: async () => void (await end('SIGKILL')),
  };
};

const logPosition = async (/** @type {string} */ url) => {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^tollgate_log_position (\d+)/m.exec(text)?.[1] ?? 0);
};

/** @param {() => string} printed @param {Promise<{ code: number | null }>} exited */
const untilListening = async (printed, exited) => {
  let isOver = false;
  void exited.then(() => (isOver = true));
  for (const deadline = performance.now() + startTimeoutMs; performance.now() < deadline; await sleep(5)) {
    const url = /Tollgate listens on (http:\S+?),?\s/.exec(printed())?.[1];
    if (url) return url;
    if (isOver) break;
  }
  throw new Error(`Tollgate did not start:\n${printed()}`);
};

/** Runs a `tollgate` command to its end. @param {string} build @param {string[]} parameters @param {NodeJS.ProcessEnv} [env] */
const runTollgate = async (build, parameters, env = process.env) => {
  const { child, exited } = spawnNode([commandOf(build), ...parameters], {
    cwd: build,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text) => (output += text));
  const { code } = await exited;
  return { code, output };
};

/** @typedef {Awaited<ReturnType<typeof startTollgate>>} TollgateProcess */

module.exports = { repo, runTollgate, running, spawnNode, startTollgate };
