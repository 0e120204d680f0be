// @ts-check
'use strict';
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { spawnChild } = require('../proof');

const program = join(__dirname, '../../../services/tollgate/bin/tollgate.js');

/** @typedef {{ data: string, brokers: string, prefix: string }} Place */

/** Tollgate that kills itself at a point. @param {Place} place @param {string} point @param {number} nth */
const startNode = (place, point, nth) => {
  const child = spawnChild(
    process.execPath,
    [join(__dirname, 'crashing-node.js'), place.data, place.brokers, place.prefix, point, String(nth)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let printed = '';
  const ended = new Promise((resolve) => child.once('close', (code, signal) => resolve(signal ?? code)));
  /** @type {Promise<string | undefined>} */
  const url = new Promise((resolve) => {
    child.stdout.on('data', (chunk) => {
      printed += chunk;
      const found = /listening (\S+)\n/.exec(printed)?.[1];
      if (found !== undefined) resolve(found);
    });
    void ended.then(() => resolve(undefined));
  });
  return { child, ended, url, hasReached: () => printed.endsWith('reached\n') };
};

/** What ends otherwise than by our signal has failed. @param {unknown} how @param {string} told */
const requireKilled = (how, told) => {
  if (how !== 'SIGKILL') throw new Error(`P5: ${told} ended by itself, with ${how}`);
};

/**
 * Lets Tollgate live until the point kills it, or for a while; says whether the point was reached.
 * @param {{ place: Place, point: string, pick: (below: number) => number, onUrl: (url: string | undefined) => void }} kill
 */
const killOnce = async ({ place, point, pick, onUrl }) => {
  if (point === 'rebuild') return killRebuild(place, pick);
  const isFrequent = point.startsWith('append') || point === 'decision';
  const { child, ended, url, hasReached } = startNode(place, point, 1 + pick(isFrequent ? 40 : 3));
  const kill = () => child.kill('SIGKILL');
  if (point === 'start-up') setTimeout(kill, pick(500));
  onUrl(await url);
  if (point === 'at random') setTimeout(kill, pick(1_500));
  // A point that is not passed in time is a kill at random.
  const timer = setTimeout(kill, 5_000);
  requireKilled(await ended, `Tollgate, to be killed at ${point},`);
  clearTimeout(timer);
  onUrl(undefined);
  return hasReached() || point === 'at random' || point === 'start-up';
};

/** Kills a rebuild while its new read models are there and not yet in use. @param {Place} place @param {(below: number) => number} pick */
const killRebuild = async ({ data }, pick) => {
  const child = spawnChild(process.execPath, [program, 'rebuild', '--data', data], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += chunk));
  let how;
  const ended = new Promise((resolve) => child.once('close', (code, signal) => resolve((how = signal ?? code))));
  while (how === undefined && !existsSync(join(data, 'read-models.next'))) await delay(2);
  await Promise.race([ended, delay(pick(150))]);
  child.kill('SIGKILL');
  await ended;
  if (how !== 'SIGKILL' && how !== 0) throw new Error(`P2: the rebuild ended with ${how}: ${printed}`);
  return how === 'SIGKILL';
};

module.exports = { killOnce, startNode };
