// @ts-check
'use strict';

const { ensureInstalled } = require('../infra/kafka/install.js');

/** Before a suite that needs a broker: the first download takes longer than a test may. */
module.exports = () => ensureInstalled((line) => process.stderr.write(`${line}\n`));
