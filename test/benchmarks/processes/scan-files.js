// @ts-check
'use strict';

const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const chunk = Buffer.allocUnsafe(1 << 20);

/** Every byte of every file of a folder, once, and nothing is done with it: the floor of a replay. @param {{ folder: string }} options */
const scan = ({ folder }) => {
  const startedAt = performance.now();
  const bytes = fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + readAll(path.join(entry.parentPath, entry.name)), 0);
  return { bytes, seconds: (performance.now() - startedAt) / 1_000 };
};

/** SHA-256 of one file: the floor of a tree over its lines. @param {{ file: string }} options */
const hash = ({ file }) => {
  const startedAt = performance.now();
  const digest = createHash('sha256');
  const bytes = readAll(file, (part) => digest.update(part));
  digest.digest();
  return { bytes, seconds: (performance.now() - startedAt) / 1_000 };
};

/** @param {string} file @param {(part: Buffer) => void} [take] */
const readAll = (file, take) => {
  const descriptor = fs.openSync(file, 'r');
  let bytes = 0;
  for (let read = fs.readSync(descriptor, chunk); read > 0; read = fs.readSync(descriptor, chunk)) {
    take?.(chunk.subarray(0, read));
    bytes += read;
  }
  fs.closeSync(descriptor);
  return bytes;
};

module.exports = { hash, scan };
