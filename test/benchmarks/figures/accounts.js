// @ts-check
'use strict';

const { oneDigit, whole } = require('../figures-of.js');
const { startHelper } = require('../helper-process.js');
const { loadSingles, loadWindow } = require('../load.js');
const { memory } = require('../process-figures.js');
const { startTollgate } = require('../tollgate-process.js');
const { flatSection } = require('./million.js');

/** What many accounts cost. @type {import('../bench').Figure} */
const accounts = async ({ folder, isQuick, say }) => {
  const many = isQuick ? 10_000 : 100_000;
  const data = folder('accounts');
  const tollgate = await startTollgate({ data });
  const client = startHelper('http-client.js');
  const parts = { tollgate, client };
  const measured = [];
  try {
    let open = 0;
    for (const [round, size] of [many / 10, many].entries()) {
      say(`accounts: opening up to ${size.toLocaleString('en')}`);
      await client.call('openAccounts', { url: tollgate.url, from: open, to: size });
      open = size;
      await tollgate.untilSettled();
      say(`accounts: usages of ${size.toLocaleString('en')}`);
      await loadWindow(parts, { lines: many, run: `w${round}`, accounts: size });
      await loadSingles(parts, { seconds: isQuick ? 0.5 : 2, run: `v${round}`, accounts: size });
      const batches = await loadWindow(parts, { lines: many, run: `a${round}`, accounts: size });
      const singles = await loadSingles(parts, { seconds: isQuick ? 1 : 4, run: `s${round}`, accounts: size });
      measured.push({ at: size, batches, singles, memory: memory(tollgate.pid) });
    }
    await tollgate.stop();
    const restarted = await startTollgate({ data });
    const readySeconds = await restarted.untilReady();
    const started = memory(restarted.pid);
    await restarted.stop();
    return [
      memorySection({ measured, many, readySeconds, started }),
      flatSection(`8b. Cost per event at ${whole(many / 10)} and ${whole(many)} accounts`, 'accounts', measured),
    ];
  } finally {
    client.stop();
    await tollgate.kill();
  }
};

/** @param {any} figures @returns {import('../report').Section} */
const memorySection = ({ measured, many, readySeconds, started }) => {
  const row = (/** @type {string} */ name, /** @type {any} */ { rssMb, rssAnonMb, peakRssMb }, ready = '') => [
    name,
    ready,
    String(rssMb),
    String(rssAnonMb),
    String(peakRssMb),
  ];
  const most = Math.max(started.rssMb, ...measured.map((/** @type {any} */ { memory }) => memory.rssMb));
  return {
    title: `7b. Memory at ${whole(many)} accounts`,
    measures: 'After opening the accounts and charging usages of all of them at random; memory as in figure 7.',
    columns: ['accounts', 'ready s', 'RSS MB', 'no file MB', 'peak RSS MB'],
    rows: [
      ...measured.map((/** @type {any} */ { at, memory }) => row(whole(at), memory)),
      row('the last, started anew', started, oneDigit(readySeconds)),
    ],
    marks: [{ text: `under 500 MB at ${whole(many)} accounts (RSS ${most} MB)`, isMet: most < 500 }],
    raw: { measured: measured.map((/** @type {any} */ { at, memory }) => ({ at, memory })), readySeconds, started },
  };
};

module.exports = { accounts };
