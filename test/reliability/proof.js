// @ts-check
'use strict';

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { mkdtempSync, rmSync } = require('node:fs');
const { constants, tmpdir } = require('node:os');
const { join } = require('node:path');
const { startBroker } = require('../../infra/kafka/broker');
const { SetupError } = require('../../infra/child-server');

const print = (/** @type {string} */ line) => process.stdout.write(`${line}\n`);

/** What ends with the proof. @type {Set<import('node:child_process').ChildProcess>} */
const children = new Set();
/** @type {Promise<import('../../infra/kafka/broker').Broker>[]} */
const brokers = [];
let isOver = false;

/**
 * Runs a proof in a temporary folder of its own and ends the process: with 0 or 1 as `prove` answers, with 1 if it throws, with 2
 * if this machine lacks something, with 128 and the number of a signal that interrupts it. However it ends, nothing is left
 * running, and the folder is removed unless something was found.
 * @param {{ name: string, seed: number, prove: (folder: { path: string, keep: () => void }) => Promise<0 | 1> }} proof
 */
const runProof = async ({ name, seed, prove }) => {
  const path = mkdtempSync(join(tmpdir(), `tollgate-${name}-`));
  let isKept = false;
  const keep = () => void (isKept = true);
  const fail = (/** @type {unknown} */ error) => {
    if (isOver) return 1;
    if (error instanceof SetupError) {
      process.stderr.write(`${error.message}\n`);
      return 2;
    }
    keep();
    print(`seed ${seed}: ${textOf(error)}`);
    return 1;
  };
  const code = await Promise.race([interruption(), prove({ path, keep }).catch(fail)]);
  isOver = true;
  await endAll();
  if (isKept) print(`the data is kept in ${path}`);
  else rmSync(path, { recursive: true, force: true });
  process.exit(code);
};

/** A broken promise is told by its message; what nobody thought of, by where it happened. @param {unknown} error */
const textOf = (error) => {
  if (!(error instanceof Error)) return String(error);
  return error.constructor === Error ? error.message : error.stack;
};

/** @returns {Promise<number>} */
const interruption = () =>
  new Promise((resolve) => {
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
      // Not once: a terminal and npm both pass a Ctrl-C on, and the second must not end us before all is cleared away.
      process.on(signal, () => {
        isOver = true;
        // A terminal that was closed takes no more lines.
        for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
        resolve(128 + constants.signals[signal]);
      });
  });

const endAll = async () => {
  const ended = [...children].map((child) => once(child, 'exit'));
  killChildren();
  await Promise.all(ended);
  await Promise.all(brokers.map((starting) => starting.then(({ stop }) => stop()).catch(() => undefined)));
};

const killChildren = () => {
  for (const child of children) child.kill('SIGKILL');
};
process.once('exit', killChildren);

/** `spawn`, for a child that ends with the proof; once that is over there is none. @type {typeof spawn} */
const spawnChild = (/** @type {any[]} */ ...what) => {
  if (isOver) throw new Error('the proof is over');
  /** @type {import('node:child_process').ChildProcess} */
  const child = Reflect.apply(spawn, undefined, what);
  if (child.pid !== undefined) children.add(child);
  child.once('exit', () => children.delete(child));
  return /** @type {any} */ (child);
};

/** A broker that ends with the proof, also where that is interrupted while it starts. */
const startProofBroker = () => {
  const starting = startBroker();
  brokers.push(starting);
  return starting;
};

module.exports = { runProof, spawnChild, startProofBroker };
