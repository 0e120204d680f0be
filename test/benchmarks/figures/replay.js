// @ts-check
'use strict';

const path = require('node:path');
const { hasSegments, logFolder } = require('../data-folder.js');
const { oneDigit, summarise, whole } = require('../figures-of.js');
const { callOnce, startHelper } = require('../helper-process.js');
const { loadEvents } = require('../load.js');
const { replay: replayOnce } = require('../replay.js');
const { startTollgate } = require('../tollgate-process.js');

const accounts = 10_000;

/** The whole log into an empty table. @type {import('../bench').Figure} */
const replay = async ({ build, folder, isQuick, say }) => {
  const data = folder('replay');
  await load({ build, data, lines: isQuick ? 40_000 : 1_000_000, say });
  const runs = [];
  const scans = [];
  for (let round = 1; round <= (isQuick ? 1 : 5); round += 1) {
    say(`replay: round ${round}`);
    runs.push(await replayOnce({ build, data, scratch: folder('table') }));
    scans.push(await callOnce('scan-files.js', 'scan', { folder: logFolder(data) }));
  }
  return [section(runs, scans, hasSegments(data))];
};

/** Fills a data folder with that many usages, and leaves it stopped. @param {{ build: string, data: string, lines: number, say: (line: string) => void }} options */
const load = async ({ lines, say, ...where }) => {
  const tollgate = await startTollgate(where);
  const client = startHelper('http-client.js');
  try {
    await client.call('openAccounts', { url: tollgate.url, from: 0, to: accounts });
    await loadEvents({ tollgate, client }, { lines, run: 'r', accounts, say });
  } finally {
    client.stop();
    await tollgate.stop();
  }
};

/** @param {any[]} runs @param {any[]} scans @param {boolean} hasIds @returns {import('../report').Section} */
const section = (runs, scans, hasIds) => {
  const { perSecond } = summarise(runs);
  const { count } = runs[0];
  const scan = summarise(scans.map(({ seconds }) => ({ count, seconds })));
  const megabytes = summarise(scans.map(({ bytes, seconds }) => ({ count: bytes / 1e6, seconds })));
  return {
    title: 'Replay of the whole log',
    measures: `The log of ${whole(count)} events of ${whole(accounts)} accounts into an empty table${hasIds ? ', ids included' : ' (`tollgate rebuild`: the read models alone, without ids)'}, without the start of the process; the file is in the page cache. Floor: every byte of the log's files read once, nothing done with it.`,
    columns: ['', 'events/s', 'MB/s'],
    rows: [
      ['replay', whole(perSecond), ''],
      ['raw scan', whole(scan.perSecond), whole(megabytes.perSecond)],
    ],
    findings: [
      {
        figure: 'replay of the log into an empty table',
        tollgate: `${whole(perSecond)} events/s`,
        floor: `raw scan ${oneDigit(scan.perSecond / 1e6)} M events/s`,
        marks: [{ text: '≥ 1,000,000/s, ids included', isMet: hasIds && perSecond >= 1_000_000 }],
      },
    ],
    raw: { runs, scans },
  };
};

/** Each build on the log that it wrote itself, of the same events. @type {import('../pairs').Trial} */
const replayTrial = {
  figures: [{ figure: 'replay of the log into an empty table', unit: '/s' }],
  run: ({ folder, isQuick, say }, compare) => {
    const logs = folder('replay-logs');
    /** @type {Map<string, string>} */
    const loaded = new Map();
    return compare(async ({ build, data: scratch }) => {
      const data = loaded.get(build) ?? path.join(logs, String(loaded.size));
      if (!loaded.has(build)) await load({ build, data, lines: isQuick ? 30_000 : 400_000, say });
      loaded.set(build, data);
      const { count, seconds } = await replayOnce({ build, data, scratch });
      return [count / seconds];
    });
  },
};

module.exports = { load, replay, replayTrial };
