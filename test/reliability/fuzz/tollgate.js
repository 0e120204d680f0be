// @ts-check
'use strict';

const { once } = require('node:events');
const { join } = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { spawnChild } = require('../proof');

const program = join(__dirname, '../../../services/tollgate/bin/tollgate.js');
const startMs = 60_000;

/** Starts `tollgate serve` and watches all it says on standard error. @param {{ data: string, keys?: string | undefined, brokers?: string[] | undefined }} place */
const startTollgate = async ({ data, keys, brokers }) => {
  const environment = Object.entries(process.env).filter(
    ([name]) => !/^(TOLLGATE_|KAFKA_|EVENTSTORE_|NODE_OPTIONS$)/.test(name),
  );
  const kafka = brokers === undefined ? [] : ['--kafka-brokers', brokers.join(',')];
  const sealed = keys === undefined ? [] : ['--number-keys', keys];
  const child = spawnChild(
    process.execPath,
    [program, 'serve', '--port', '0', '--data', data, '--log-level', 'error', ...kafka, ...sealed],
    { env: Object.fromEntries(environment), stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let printed = '';
  let complaints = '';
  child.stdout.on('data', (chunk) => (printed += chunk));
  child.stderr.on('data', (chunk) => (complaints += chunk));
  const exited = once(child, 'exit').then(([code, signal]) => `${code ?? signal}`);
  let ended = '';
  void exited.then((how) => (ended = how));
  /** @type {string | undefined} */
  let url;
  for (const until = Date.now() + startMs; url === undefined; await delay(20)) {
    url = /listens on (http:[^\s,]+)/.exec(printed)?.[1];
    if (ended || Date.now() > until) throw new Error(`Tollgate does not start: ${ended}\n${complaints}`);
  }
  const base = url;
  return {
    url: base,
    complaints: () => complaints,
    ended: () => ended,
    /** @param {string} path @returns {Promise<any>} */
    get: async (path) => (await fetch(base + path)).json(),
    ready: async () => {
      for (const until = Date.now() + startMs; !(await fetch(`${base}/readyz`)).ok; await delay(50))
        if (Date.now() > until) throw new Error('Tollgate is not ready');
    },
    stop: async () => {
      child.kill('SIGTERM');
      return exited;
    },
  };
};

module.exports = { startTollgate };
