// @ts-check
'use strict';
const { join } = require('node:path');
const { openFolder } = require('@tollgate/folder');
// Of the build, which is not there while this is type-checked.
const { upgradeFolder } = require(join(__dirname, '../../dist/cli/upgrade-folder'));

/**
 * `tollgate upgrade` that kills itself with SIGKILL just before it does something to a file or a folder for the nth time. Arguments:
 * data folder, what (a name of `Folder` or `FolderFile`), n.
 */
const [data = '', point = '', nth = '1'] = process.argv.slice(2);
let left = Number(nth);

/** @template Target @param {Target} target @returns {Target} */
const withPoint = (target) => {
  /** @type {any} */
  const wrapped = { ...target };
  const act = wrapped[point];
  if (act === undefined) return target;
  wrapped[point] = (/** @type {any[]} */ ...values) => {
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
    return act(...values);
  };
  return wrapped;
};

/** @param {string} path @returns {Promise<import('@tollgate/folder').Folder>} */
const openWithPoint = async (path) => {
  const folder = await openFolder(path);
  return withPoint({ ...folder, open: async (name, options) => withPoint(await folder.open(name, options)) });
};

void upgradeFolder(data, openWithPoint);
