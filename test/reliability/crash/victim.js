// @ts-check
'use strict';
const { join } = require('node:path');
const { spawnChild } = require('../proof');

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
  const isFrequent = /^(append|decision|log (write|note))/.test(point);
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

module.exports = { killOnce, startNode };
