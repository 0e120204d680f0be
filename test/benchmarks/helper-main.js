// @ts-check
'use strict';

/** The other end of `startHelper`: loads one file of `processes/` and runs what it exports, call by call. */
const jobs = require(/** @type {string} */ (process.argv[2]));

process.on('disconnect', () => process.exit(0));
process.on('message', async (/** @type {any} */ { id, job, options }) => {
  try {
    process.send?.({ id, result: await jobs[job](options) });
  } catch (error) {
    process.send?.({ id, error: /** @type {Error} */ (error).stack });
  }
});
