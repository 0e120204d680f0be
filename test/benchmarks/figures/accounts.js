// @ts-check
'use strict';

const { oneDigit, whole } = require('../figures-of.js');
const { startHelper } = require('../helper-process.js');
const { loadEvents } = require('../load.js');
const { memory } = require('../process-figures.js');
const { replay } = require('../replay.js');
const { startTollgate } = require('../tollgate-process.js');
const { costSection } = require('./cost.js');

/** What a million accounts cost. @type {import('../bench').Figure} */
const accounts = async ({ build, folder, isQuick, say }) => {
  const [few, many] = isQuick ? [200, 10_000] : [10_000, 1_000_000];
  const lines = isQuick ? 20_000 : 500_000;
  const where = { build, data: folder('accounts') };
  const measured = [];
  let open = 0;
  for (const size of [few, many]) {
    say(`accounts: opening up to ${whole(size)}`);
    await withClient(where, async ({ tollgate, client }) => {
      await client.call('openAccounts', { url: tollgate.url, from: open, to: size });
      await tollgate.untilSettled();
    });
    open = size;
    const idle = await replay({ ...where, scratch: folder('table') });
    const [cost, held] = await withClient(where, async (parts) => {
      await loadEvents(parts, { lines: lines / 5, run: `w${size}`, accounts: size, say });
      const cost = await loadEvents(parts, { lines, run: `a${size}`, accounts: size, say });
      return /** @type {const} */ ([cost, memory(parts.tollgate.pid)]);
    });
    measured.push({ at: size, idle, held, ...cost });
  }
  const [small, large] = /** @type {[typeof measured[number], typeof measured[number]]} */ (measured);
  return [
    idleSection(small, { large, usages: lines * 1.2 }),
    costSection('Cost of an event as accounts grow', 'accounts', [small, large]),
  ];
};

/** @template T @param {{ build: string, data: string }} where @param {(parts: import('../load').Loaded) => Promise<T>} act */
const withClient = async (where, act) => {
  const tollgate = await startTollgate(where);
  const client = startHelper('http-client.js');
  try {
    const result = await act({ tollgate, client });
    await tollgate.stop();
    return result;
  } finally {
    client.stop();
    await tollgate.kill();
  }
};

/** @param {any} small @param {{ large: any, usages: number }} more @returns {import('../report').Section} */
const idleSection = (small, { large, usages }) => {
  const bytes = (large.idle.memoryBytes - small.idle.memoryBytes) / (large.at - small.at);
  return {
    title: `Memory at ${whole(large.at)} accounts`,
    measures: `An idle account: what the table (after a replay in a process of its own, garbage collected) grew by from ${whole(small.at)} accounts to ${whole(large.at)}, the ${whole(usages)} usages between them included. RSS: after usages of all accounts at random.`,
    columns: ['accounts', 'RSS MB', 'no file MB', 'peak RSS MB', 'B/idle account'],
    rows: [small, large].map(({ at, held }) => [
      whole(at),
      String(held.rssMb),
      String(held.rssAnonMb),
      String(held.peakRssMb),
      at === large.at ? oneDigit(bytes) : '',
    ]),
    findings: [
      {
        figure: 'memory of an idle account',
        tollgate: `${oneDigit(bytes)} B; ${large.held.rssMb} MB RSS in all at ${whole(large.at)} accounts`,
        marks: [{ text: '≤ 300 B', isMet: bytes <= 300 }],
      },
    ],
    raw: { small, large },
  };
};

module.exports = { accounts };
