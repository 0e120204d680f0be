// @ts-check
'use strict';

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { mkdirSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { contentOf } = require('./meaning');

/** @typedef {import('./file-inputs').InputFile} InputFile */

const program = join(__dirname, '../../../services/tollgate/bin/tollgate.js');

/** @param {string[]} parameters */
const run = async (parameters) => {
  const child = spawn(process.execPath, [program, ...parameters], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.on('data', (chunk) => (said += chunk));
  child.stderr.on('data', (chunk) => (said += chunk));
  await once(child, 'close');
  const [, ...counts] = /^(\d+) recorded, (\d+) duplicates, (\d+) rejected$/m.exec(said) ?? [];
  const [recorded = -1, duplicates = -1, rejected = -1] = counts.map(Number);
  return { code: child.exitCode, recorded, duplicates, rejected, said };
};

/** @typedef {Awaited<ReturnType<typeof run>>} Import */

/** What is wrong with how the import of half a file ended. @param {InputFile} file @param {Import} half */
const halfFault = ({ isCsv, isEnded, wholeRows }, { code, recorded, said }) => {
  // The last line of JSON may be whole but for its end.
  if (!isCsv)
    return recorded === wholeRows || recorded === wholeRows + 1 ? undefined : 'recorded another number of lines';
  if (code !== (isEnded ? 0 : 1)) return `ended with ${code}`;
  if (said.includes('a quote opens')) return recorded <= wholeRows ? undefined : 'recorded more rows than were whole';
  return recorded === wholeRows ? undefined : 'recorded another number of rows';
};

/** What is wrong with how the import of the whole file ended, after that of its half. @param {InputFile} file @param {Import} half @param {Import} whole */
const wholeFault = ({ records }, half, { code, recorded, duplicates, rejected }) => {
  if (code !== 0 || rejected !== 0) return `ended with ${code}`;
  return duplicates === half.recorded && recorded + duplicates === records.length
    ? undefined
    : 'did not record the rest, and only that';
};

/** Imports files by the command, half of each first. @param {{ url: string, folder: string, report: import('./report').Report }} place */
const createFileSide = ({ url, folder, report }) => {
  mkdirSync(folder, { recursive: true });
  /** @param {InputFile} file */
  return async (file) => {
    const path = join(folder, file.name);
    const importBytes = (/** @type {Buffer} */ bytes) => {
      writeFileSync(path, bytes);
      return run(['import', path, '--url', url]);
    };
    for (const { type, data, line } of file.records)
      report.imported.set(`${type} ${contentOf(data)}`, { file: file.name, line });
    const half = await importBytes(file.half);
    const whole = await importBytes(file.whole);
    report.count('files', file.isEnded ? 'cut between rows' : 'cut in a row');
    const fault = halfFault(file, half) ?? wholeFault(file, half, whole);
    if (fault) report.fault(`${path}: ${fault}: ${half.said}${whole.said}`);
  };
};

module.exports = { createFileSide, halfFault, wholeFault };
