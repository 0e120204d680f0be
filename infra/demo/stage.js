// @ts-check
'use strict';

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { say } = require('../command.js');

const program = path.resolve(__dirname, '../../services/tollgate/bin/tollgate.js');
const startTimeoutMs = 30_000;
const stopTimeoutMs = 10_000;

const ending = new AbortController();

/** What to undo in the end, last first. @type {(() => unknown)[]} */
const undo = [];

/** Settings of the shell must not reach the demonstration. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(TOLLGATE_|KAFKA_|SWITCHES$)/.test(name)),
);

/** @type {typeof import('./stage').spawnTollgate} */
const spawnTollgate = (parameters, stdio, settings = {}) => {
  const env = { ...environment, ...settings };
  // In a process group of its own: a Ctrl-C in the terminal is ours to pass on, in order.
  const child = spawn(process.execPath, [program, ...parameters], { env, stdio, detached: true });
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  const exited = once(child, 'exit').then(([code]) => {
    process.removeListener('exit', killWithUs);
    return /** @type {number | null} */ (code);
  });
  const stop = async () => {
    const force = setTimeout(killWithUs, stopTimeoutMs);
    child.kill('SIGTERM');
    await exited;
    clearTimeout(force);
  };
  return { child, exited, stop };
};

/** @type {typeof import('./stage').startReady} */
const startReady = async (parameters, settings) => {
  const flags = ['--port', '0', '--log-level', 'error'];
  const { child, exited, stop } = spawnTollgate([...parameters, ...flags], ['ignore', 'pipe', 'inherit'], settings);
  undo.push(stop);
  let printed = '';
  let isOver = false;
  child.stdout?.setEncoding('utf8').on('data', (text) => (printed += text));
  void exited.then(() => (isOver = true));
  for (const deadline = Date.now() + startTimeoutMs; Date.now() < deadline && !isOver; await sleep(50)) {
    const url = / listens on (http:\S+?),/.exec(printed)?.[1];
    if (url && (await fetch(`${url}/readyz`)).ok) return url;
  }
  throw new Error(`tollgate ${parameters[0] ?? ''} did not get ready`);
};

/** @type {typeof import('./stage').makeFolder} */
const makeFolder = () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tollgate-demo-'));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** @type {typeof import('./stage').perform} */
const perform = async (play) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => ending.abort());
  try {
    await play(ending.signal);
  } catch (error) {
    if (!ending.signal.aborted) {
      process.exitCode = 1;
      process.stderr.write(`${/** @type {Error} */ (error).stack}\n`);
    }
  }
  for (const step of undo.reverse()) await step();
  say(ending.signal.aborted ? '\nEnded; nothing is left running.' : 'Nothing is left running.');
  process.exit();
};

module.exports = { makeFolder, perform, say, spawnTollgate, startReady, undo };
