// @ts-check
'use strict';
const { once } = require('node:events');
const { mkdirSync } = require('node:fs');
const { join, resolve } = require('node:path');
const { spawnChild } = require('../proof');

const root = resolve(__dirname, '../../..');
const program = join(root, 'services/tollgate/bin/tollgate.js');
const storeProgram = join(root, 'packages/eventstore-test-server/bin/eventstore-test-server.js');

/** @typedef {'intake' | 'decide' | 'publish' | 'api' | 'reporting'} Role */
/** @typedef {{ role: Role, data: string, url: string | undefined, child: import('node:child_process').ChildProcess | undefined }} Victim */
/** @typedef {{ path: string, environment: NodeJS.ProcessEnv }} Place */

/** What runs: two of those that stand in for each other, one of the others. @type {readonly Role[]} */
const cast = ['intake', 'intake', 'decide', 'decide', 'publish', 'publish', 'api', 'reporting'];

/** Resolves with what matches in what the child prints; rejects where it ends before. @param {import('node:child_process').ChildProcess} child @param {RegExp} pattern @returns {Promise<string>} */
const printed = (child, pattern) =>
  new Promise((fulfil, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk) => {
      text += chunk;
      const [, found] = pattern.exec(text) ?? [];
      if (found !== undefined) fulfil(found);
    });
    child.once('close', () => reject(new Error(`it ended before it listened: ${text}`)));
  });

/** The event store for tests, for as long as the proof. @param {string} folder */
const startStore = async (folder) => {
  mkdirSync(folder);
  const child = spawnChild(process.execPath, [storeProgram, '--port', '0', '--folder', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return printed(child, /^(esdb:\S+)\n/);
};

/** A process of a role, as an operator starts it; it listens when this resolves. @param {Victim} victim @param {Place} place */
const start = async (victim, { environment }) => {
  const args = ['serve', '--port', '0', '--role', victim.role, '--data', victim.data, '--log-level', 'error'];
  const child = spawnChild(process.execPath, [program, ...args], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  victim.child = child;
  victim.url = await printed(child, /Tollgate listens on (http:\S+?),? /);
};

/** All of them. @param {Place} place @returns {Promise<Victim[]>} */
const startAll = async (place) => {
  const victims = cast.map((role, index) => {
    /** @type {Victim} */
    const victim = { role, data: join(place.path, `${role}-${index}`), url: undefined, child: undefined };
    return victim;
  });
  await Promise.all(victims.map((victim) => start(victim, place)));
  return victims;
};

/** Ends it by a signal; returns how it ended. @param {Victim} victim @param {NodeJS.Signals} signal */
const end = async (victim, signal) => {
  const { child } = victim;
  if (child === undefined) throw new Error(`${victim.role} does not run`);
  if (child.exitCode !== null || child.signalCode !== null)
    throw new Error(`P5: ${victim.role} ended by itself, with ${child.signalCode ?? child.exitCode}`);
  victim.url = undefined;
  const closed = once(child, 'close');
  child.kill(signal);
  const [code, by] = await closed;
  return by ?? code;
};

module.exports = { end, start, startAll, startStore };
