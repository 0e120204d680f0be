// @ts-check
'use strict';
const { openFolder } = require('@tollgate/folder');
const { upgradeFolder } = require('../../dist/cli/upgrade-folder');

/** `tollgate upgrade` that kills itself with SIGKILL just before its nth write to a file or folder. Arguments: data folder, n. */
const [data = '', nth = '1'] = process.argv.slice(2);
let left = Number(nth);

const pass = () => {
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
};

/** @template {object} Target @param {Target} target @param {readonly (keyof Target)[]} names @returns {Target} */
const withPoints = (target, names) => {
  const wrapped = { ...target };
  for (const name of names) {
    const act = /** @type {any} */ (target[name]);
    wrapped[name] = /** @type {any} */ (
      (/** @type {any[]} */ ...values) => {
        pass();
        return act(...values);
      }
    );
  }
  return wrapped;
};

/** @param {string} path @returns {Promise<import('@tollgate/folder').Folder>} */
const openWithPoints = async (path) => {
  const folder = await openFolder(path);
  return withPoints(
    {
      ...folder,
      open: async (name, options) => withPoints(await folder.open(name, options), ['write', 'note', 'truncate']),
    },
    ['open', 'rename', 'remove'],
  );
};

void upgradeFolder(data, openWithPoints);
