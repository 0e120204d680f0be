// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { diskBytes } = require('./process-figures.js');

/** The folder of the truth. Before there were segment files it was `event-log`. */
const truthOf = (/** @type {string} */ data) => (hasSegments(data) ? 'log' : 'event-log');

const hasSegments = (/** @type {string} */ data) => fs.existsSync(path.join(data, 'log'));

const logFolder = (/** @type {string} */ data) => path.join(data, truthOf(data));

/** Leaves the log alone. */
const deleteDerived = (/** @type {string} */ data) => {
  for (const name of fs.readdirSync(data))
    if (name !== truthOf(data)) fs.rmSync(path.join(data, name), { recursive: true });
};

/** Bytes of disk of each folder, the log first. */
const diskByFolder = (/** @type {string} */ data) => {
  const truth = truthOf(data);
  return [truth, ...fs.readdirSync(data).filter((name) => name !== truth)].map((name) => ({
    name,
    bytes: diskBytes(path.join(data, name)),
  }));
};

module.exports = { deleteDerived, diskByFolder, hasSegments, logFolder };
