#!/usr/bin/env node
// @ts-check
'use strict';

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { startBroker } = require('../kafka/broker.js');
const { SetupError } = require('../child-server.js');

const program = path.resolve(__dirname, '../../services/tollgate/bin/tollgate.js');
const startTimeoutMs = 30_000;
const stopTimeoutMs = 10_000;
const help = `Shows the main job in under a minute: partners with different rules, calls, payments, and the commands they cause.

  npm run demo -- [--http] [--seconds 27]

  --http       without a Kafka broker, even if this machine can have one
  --seconds N  how long the traffic lasts
`;

const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => ending.abort());

/** What to undo in the end, last first. @type {(() => unknown)[]} */
const undo = [];

/** @param {string} line */
const say = (line) => process.stdout.write(`${line}\n`);

/** Settings of the shell must not reach the demonstration. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(TOLLGATE_|KAFKA_)/.test(name)),
);

/**
 * In a process group of its own: a Ctrl-C in the terminal is ours to pass on, in order.
 * @param {string[]} parameters
 * @param {import('node:child_process').StdioOptions} stdio
 */
const spawnTollgate = (parameters, stdio) => {
  const child = spawn(process.execPath, [program, ...parameters], { env: environment, stdio, detached: true });
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

const brokersIfPossible = async () => {
  try {
    say('Starting a Kafka broker …');
    const broker = await startBroker({ onProgress: say });
    undo.push(broker.stop);
    return broker.brokers;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(`Without Kafka, over HTTP only: ${error.message}`);
    return undefined;
  }
};

/** @param {string[]} kafka */
const startTollgate = async (kafka) => {
  const data = mkdtempSync(path.join(tmpdir(), 'tollgate-demo-'));
  undo.push(() => rmSync(data, { recursive: true, force: true }));
  const flags = ['--port', '0', '--data', data, '--log-level', 'error', ...kafka];
  const { child, exited, stop } = spawnTollgate(['serve', ...flags], ['ignore', 'pipe', 'inherit']);
  undo.push(stop);
  let printed = '';
  let isOver = false;
  child.stdout?.setEncoding('utf8').on('data', (text) => (printed += text));
  void exited.then(() => (isOver = true));
  for (const deadline = Date.now() + startTimeoutMs; Date.now() < deadline && !isOver; await sleep(50)) {
    const url = /Tollgate listens on (http:\S+?),/.exec(printed)?.[1];
    if (url && (await fetch(`${url}/readyz`)).ok) return url;
  }
  throw new Error('Tollgate did not get ready');
};

/** @param {string[]} options */
const play = async (options) => {
  const brokers = options.includes('--http') ? undefined : await brokersIfPossible();
  const kafka = brokers ? ['--kafka-brokers', brokers.join(',')] : [];
  if (ending.signal.aborted) return;
  say('Starting Tollgate with an empty data folder …');
  const url = await startTollgate(kafka);
  if (ending.signal.aborted) return;
  const rest = options.filter((option) => option !== '--http');
  const { child, exited } = spawnTollgate(['demo', '--url', url, ...kafka, ...rest], ['ignore', 'inherit', 'inherit']);
  ending.signal.addEventListener('abort', () => child.kill('SIGTERM'));
  process.exitCode = (await exited) ?? 1;
};

const cleanUp = async () => {
  for (const step of undo.reverse()) await step();
  say(ending.signal.aborted ? '\nEnded; nothing is left running.' : 'Nothing is left running.');
};

const main = async () => {
  const options = process.argv.slice(2);
  if (options.includes('--help')) {
    say(help);
    return;
  }
  try {
    await play(options);
  } finally {
    await cleanUp();
  }
};

main().then(
  () => process.exit(),
  (/** @type {Error} */ error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  },
);
