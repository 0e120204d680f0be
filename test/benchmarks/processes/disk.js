// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');

/**
 * The floor of being durable: appending the same bytes and one fdatasync, again and again, nothing else.
 * @param {{ folder: string, bytes: number, seconds: number }} options
 */
const appendAndSync = ({ folder, bytes, seconds }) => {
  const file = path.join(folder, `sync-${process.pid}`);
  const descriptor = fs.openSync(file, 'w');
  const content = Buffer.alloc(bytes, 'x');
  /** @type {number[]} */
  const latencies = [];
  const startedAt = performance.now();
  for (let now = startedAt; now < startedAt + seconds * 1_000;) {
    fs.writeSync(descriptor, content);
    fs.fdatasyncSync(descriptor);
    const after = performance.now();
    latencies.push(after - now);
    now = after;
  }
  const took = (performance.now() - startedAt) / 1_000;
  fs.closeSync(descriptor);
  fs.rmSync(file);
  return { count: latencies.length, seconds: took, latencies: Float64Array.from(latencies) };
};

module.exports = { appendAndSync };
