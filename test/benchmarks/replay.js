// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { hasSegments, logFolder } = require('./data-folder.js');
const { callOnce } = require('./helper-process.js');
const { runTollgate } = require('./tollgate-process.js');

/** `memoryBytes` is what the table then holds, garbage collected. @typedef {{ count: number, seconds: number, memoryBytes?: number }} Replay */

/**
 * The whole log of a stopped data folder into an empty table, by the code of `build`. A log from before there were segment files is
 * folded by that time's `tollgate rebuild`, into its read models only.
 * @param {{ build: string, data: string, scratch: string }} options @returns {Promise<Replay>}
 */
const replay = async ({ build, data, scratch }) => {
  if (!hasSegments(data)) return rebuild(build, data);
  fs.rmSync(scratch, { recursive: true, force: true });
  fs.mkdirSync(scratch, { recursive: true });
  try {
    return await callOnce('replay-log.js', 'replay', { build, log: logFolder(data), table: scratch });
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
};

/** The rate that it prints for its fold, so that neither start nor comparison counts. @param {string} build @param {string} data */
const rebuild = async (build, data) => {
  const { code, output } = await runTollgate(build, ['rebuild', '--data', path.resolve(data)]);
  const [count = NaN, rate = NaN] = (/.*[^\d,]([\d,]+) events, ([\d,]+)\/s/s.exec(output) ?? [])
    .slice(1)
    .map((digits) => Number(digits.replaceAll(',', '')));
  if (code !== 0 || !(rate > 0)) throw new Error(`tollgate rebuild ended with ${code}:\n${output}`);
  return { count, seconds: count / rate };
};

module.exports = { replay };
