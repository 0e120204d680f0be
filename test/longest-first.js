// @ts-check
'use strict';

const { default: Sequencer } = require('@jest/test-sequencer');

/** Begun last, one of them would keep all but one worker waiting; jest knows how long they take only where it has run before. */
const longest = [
  'fuzz/fuzz',
  'softswitch/calls',
  'simulation/simulation',
  'audit',
  'publishers',
  'lost-topics',
  'kafka-pressure',
  'topics-command',
  'overload',
  'paused-publisher',
  'business',
  'crash/crash',
  'readme',
];

const rank = (/** @type {{ path: string }} */ { path }) => {
  const place = longest.findIndex((name) => path.endsWith(`${name}.test.ts`));
  return place < 0 ? longest.length : place;
};

/** Those that take longest first, the others as jest has them. */
module.exports = class extends Sequencer {
  /** @param {Parameters<Sequencer['sort']>[0]} tests @override */
  async sort(tests) {
    return (await super.sort(tests)).sort((one, other) => rank(one) - rank(other));
  }
};
