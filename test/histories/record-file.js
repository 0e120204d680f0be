// @ts-check
'use strict';
const { join, resolve } = require('node:path');
const { runProof } = require('../reliability/proof');
const { record } = require('./record');

const [checkout = join(__dirname, '../..'), seed = '16'] = process.argv.slice(2);

/**
 * Records `file-5`: a data folder of segment files, format version 1, with all that is held for calls, what switches acknowledge, another signing key, statements and sealed numbers with their keys, and what its clients were told. Takes the path of a checkout,
 * built, of a commit that writes this format (this one unless given), and a seed.
 */
const main = async (/** @type {string} */ built, /** @type {string} */ folder) => {
  const { openFolder } = require(join(built, 'packages/folder'));
  const { openRelayPosition } = require(join(built, 'services/tollgate/dist/relay-position'));
  const relayPositions = async (/** @type {string} */ data) => {
    const relays = await openFolder(join(data, 'relays'));
    /** @type {Record<string, string>} */
    const positions = {};
    for (const name of relays.names()) {
      const relay = await openRelayPosition(relays, name);
      positions[name] = String(relay.position());
      relay.close();
    }
    return positions;
  };
  const target = join(__dirname, 'file-5');
  await record({ checkout: built, target, seed: Number(seed), folder, relayPositions });
};

const built = resolve(checkout);
void runProof({ name: 'history', seed: Number(seed), prove: ({ path }) => main(built, path).then(() => 0) });
