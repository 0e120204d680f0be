// @ts-check
'use strict';

const { recordKinds } = require('@tollgate/contracts');
const { batchLine, createUsages } = require('../messages.js');

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Every line of one body: JSON.parse and the schema, and nothing is done with it. */
const parse = (/** @type {Buffer} */ body) => {
  let count = 0;
  for (const line of decoder.decode(body).split('\n')) {
    if (line === '') continue;
    const { kind, ...record } = JSON.parse(line);
    if (!recordKinds[/** @type {'usage'} */ (kind)](record).ok) throw new Error(`refused: ${line}`);
    count += 1;
  }
  return count;
};

/**
 * The floor of a batch: JSON.parse and zod of the same lines alone.
 * @param {{ lines: number, batchLines: number, run: string, seed: number, accounts: number }} options
 */
const parseBatches = ({ lines, batchLines, ...messages }) => {
  const usage = createUsages(messages);
  const bodies = Array.from({ length: Math.ceil(lines / batchLines) }, () =>
    Buffer.from(Array.from({ length: batchLines }, () => batchLine(usage().json)).join('')),
  );
  for (const body of bodies.slice(0, Math.ceil(20_000 / batchLines))) parse(body);
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const parsed = bodies.reduce((sum, body) => sum + parse(body), 0);
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { count: parsed, seconds, cpuSeconds: (user + system) / 1e6 };
};

module.exports = { parseBatches };
