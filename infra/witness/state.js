// @ts-check
'use strict';

const { createPrivateKey, generateKeyPairSync } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { FolderInUse, lockFolder, syncFolder } = require('@tollgate/folder');
const { SetupError } = require('../child-server.js');

/** How many events of a ledger were cosigned last, and their root in base64. @typedef {{ size: number, root: string }} Last */
/** What a witness keeps: its key in PEM, and of each origin what it cosigned last. @typedef {{ key: string, logs: Record<string, Last> }} State */

/**
 * The state in a file, of one process at a time: two would each cosign a history of their own. Made with a new key where there is no file;
 * one that cannot be read is never replaced. Throws `SetupError`.
 * @param {string} file
 */
const openState = async (file) => {
  await take(file);
  let state = fs.existsSync(file) ? read(file) : make(file);
  return {
    key: createPrivateKey(state.key),
    /** Of an origin. @param {string} origin @returns {Last} */
    lastOf: (origin) => state.logs[origin] ?? { size: 0, root: '' },
    /** On the disk when it returns; where that fails it throws, and nothing is changed. @param {string} origin @param {Last} last */
    remember: (origin, last) => {
      const next = { ...state, logs: { ...state.logs, [origin]: last } };
      write(file, next);
      state = next;
    },
  };
};

/** Until this process ends, however it ends. @param {string} file */
const take = async (file) => {
  try {
    await lockFolder(`${file}.lock`);
  } catch (error) {
    if (error instanceof FolderInUse)
      throw new SetupError(`--state ${file}: another witness runs on it; stop it, or give this one a file of its own`);
    throw refusal(file, reasonOf(error));
  }
};

/** @param {string} file @param {string} why */
const refusal = (file, why) => new SetupError(`--state ${file}: ${why}`);

/** @param {string} file @returns {State} */
const make = (file) => {
  const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const state = { key, logs: {} };
  try {
    write(file, state);
    return state;
  } catch (error) {
    throw refusal(file, reasonOf(error));
  }
};

/** @param {string} file @returns {State} */
const read = (file) => {
  const state = stateIn(file);
  if (state === undefined)
    throw refusal(
      file,
      'it is no state of a witness, or was damaged: a new one, under another name, is another witness',
    );
  if ((fs.statSync(file).mode & 0o007) !== 0)
    throw refusal(file, `it holds a key, and can be read by others: chmod 600 ${file}`);
  return state;
};

/** What is wrong with it is not said: it might be said with parts of the key. @param {string} file @returns {State | undefined} */
const stateIn = (file) => {
  try {
    const { key, logs } = JSON.parse(fs.readFileSync(file, 'utf8'));
    const isWhole =
      createPrivateKey(key).asymmetricKeyType === 'ed25519' &&
      typeof logs === 'object' &&
      Object.values(logs).every(isLast);
    return isWhole ? { key, logs } : undefined;
  } catch {
    return undefined;
  }
};

/** @param {Last} last */
const isLast = ({ size, root }) =>
  Number.isSafeInteger(size) && size >= 0 && Buffer.from(root, 'base64').toString('base64') === root;

/** All of it or what was there before, and durable: what was cosigned once must never be forgotten. @param {string} file @param {State} state */
const write = (file, state) => {
  fs.rmSync(`${file}.new`, { force: true });
  fs.writeFileSync(`${file}.new`, JSON.stringify(state, undefined, 2), { mode: 0o600, flush: true });
  fs.renameSync(`${file}.new`, file);
  syncFolder(path.dirname(file));
};

/** @param {unknown} error */
const reasonOf = (error) => (error instanceof Error ? error.message : String(error));

module.exports = { openState, reasonOf };
