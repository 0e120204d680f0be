// @ts-check
'use strict';

const { fork } = require('node:child_process');
const path = require('node:path');
const { running } = require('./tollgate-process.js');

/**
 * Starts one of `processes/` in a process of its own, so that what a client or a floor costs is not paid by what it is
 * compared with. `call` runs one of the functions it exports; it ends when we end.
 * @param {string} name
 */
const startHelper = (name) => {
  const child = fork(path.join(__dirname, 'helper-main.js'), [path.join(__dirname, 'processes', name)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  running.add(child);
  /** @type {Map<number, { resolve: (value: any) => void, reject: (error: Error) => void }>} */
  const waiting = new Map();
  let calls = 0;
  let isStopped = false;
  child.on('message', (/** @type {any} */ { id, result, error }) => {
    const caller = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) caller?.resolve(result);
    else caller?.reject(new Error(`${name}: ${error}`));
  });
  child.on('exit', (code, signal) => {
    running.delete(child);
    if (!isStopped && code !== 0) process.stderr.write(`${name} ended with ${code ?? signal}\n`);
    for (const { reject } of waiting.values()) reject(new Error(`${name} ended with ${code ?? signal}`));
  });
  return {
    pid: /** @type {number} */ (child.pid),
    /** @param {string} job @param {object} [options] @returns {Promise<any>} */
    call: (job, options = {}) =>
      new Promise((resolve, reject) => {
        calls += 1;
        waiting.set(calls, { resolve, reject });
        child.send({ id: calls, job, options });
      }),
    stop: () => {
      isStopped = true;
      child.kill('SIGKILL');
    },
  };
};

/** One call in a process of its own. @param {string} name @param {string} job @param {object} [options] */
const callOnce = async (name, job, options) => {
  const helper = startHelper(name);
  try {
    return await helper.call(job, options);
  } finally {
    helper.stop();
  }
};

module.exports = { callOnce, startHelper };
