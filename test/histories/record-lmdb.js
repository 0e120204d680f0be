// @ts-check
'use strict';
const { join, resolve } = require('node:path');
const { runProof } = require('../reliability/proof');
const { record } = require('./record');

const [checkout, seed = '11'] = process.argv.slice(2);

/**
 * Records `lmdb-1`: a data folder as Tollgate wrote it up to commit ce3ca0f, the last with LMDB, and what its clients were told.
 * Takes the path of a checkout of that commit, built (`npm ci && npm run build`), and a seed.
 */
const main = async (/** @type {string} */ built, /** @type {string} */ folder) => {
  const { openProjectionStore } = require(join(built, 'packages/projection-store'));
  const relayPositions = async (/** @type {string} */ data) => {
    /** @type {Record<string, string>} */
    const positions = {};
    for (const [name, path] of Object.entries({ 'traffic-control': 'traffic-relay', rejected: 'rejected-relay' })) {
      const store = await openProjectionStore({ path: join(data, path), version: 1 });
      positions[name] = String(store.position());
      await store.close();
    }
    return positions;
  };
  const target = join(__dirname, 'lmdb-1');
  await record({ checkout: built, target, seed: Number(seed), folder, relayPositions });
};

if (checkout === undefined) {
  process.stderr.write('node test/histories/record-lmdb.js CHECKOUT [SEED]\n');
  process.exit(2);
}
const built = resolve(checkout);
void runProof({ name: 'history', seed: Number(seed), prove: ({ path }) => main(built, path).then(() => 0) });
