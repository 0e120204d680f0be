// @ts-check
'use strict';

const { once } = require('node:events');
const path = require('node:path');
const { createInterface } = require('node:readline');
const { repo, spawnNode } = require('./tollgate-process.js');

/** The server for tests, on the disk. @param {string} folder */
const startStore = async (folder) => {
  const program = path.join(repo, 'packages/eventstore-test-server/bin/eventstore-test-server.js');
  const { child, exited } = spawnNode([program, '--folder', folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [url] = await once(createInterface(/** @type {import('node:stream').Readable} */ (child.stdout)), 'line');
  return {
    url: String(url),
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
};

module.exports = { startStore };
