// @ts-check
'use strict';

const { percent, shareOf, summarise, whole } = require('../figures-of.js');
const { callOnce } = require('../helper-process.js');
const { fillTopic, mustHold, openAccounts, startReading, withBroker } = require('../topic.js');

/** A topic read again from its start: every message is there already. @type {import('../bench').Figure} */
const duplicates = (bench) =>
  withBroker(bench, async (brokers) => {
    const { build, folder, isQuick, say } = bench;
    const count = isQuick ? 30_000 : 400_000;
    const rounds = isQuick ? 1 : 3;
    const again = [];
    const first = [];
    for (let round = 1; round <= rounds; round += 1) {
      say(`duplicates: round ${round} of ${rounds}`);
      const prefix = `twice${round}.`;
      const where = { build, data: folder(`duplicates${round}`), brokers, prefix };
      await fillTopic({ brokers, prefix, count, run: `d${round}`, seed: round });
      await openAccounts(where);
      first.push(await read({ ...where, group: `${prefix}first`, count }));
      again.push(await read({ ...where, group: `${prefix}again`, count }));
    }
    return [section({ again, first, count })];
  });

/** From the first offsets committed to the last: the same clock for both, since hits add nothing to the log. @param {Parameters<typeof startReading>[0] & { count: number }} options */
const read = async ({ count, ...where }) => {
  const tollgate = await startReading(where);
  try {
    const { brokers, prefix, group } = where;
    const run = await callOnce('kafka-client.js', 'untilCommitted', {
      brokers,
      group,
      topic: `${prefix}usage.v1`,
      count,
    });
    await mustHold(tollgate, count);
    return run;
  } finally {
    await tollgate.stop();
  }
};

/** @param {{ again: any[], first: any[], count: number }} options @returns {import('../report').Section} */
const section = ({ again, first, count }) => {
  const share = shareOf(again, first);
  const [hits, misses] = [summarise(again), summarise(first)];
  return {
    title: 'A topic read again from its start',
    measures: `${whole(count)} usages on a topic, read by one consumer group and then, from the start, by another into the same data folder: each is found in the log, read there and compared. From the first offsets committed to the last; afterwards each account has each usage once.`,
    columns: ['', 'messages/s', 'of the first'],
    rows: [
      ['first', whole(misses.perSecond), ''],
      ['again', whole(hits.perSecond), percent(share)],
    ],
    findings: [
      {
        figure: 'a topic read again from its start',
        tollgate: `${whole(hits.perSecond)}/s`,
        floor: `the first time ${whole(misses.perSecond)}/s (${percent(share)})`,
        marks: [{ text: '≥ 50 % of the first time', isMet: share >= 0.5 }],
      },
    ],
    raw: { again, first },
  };
};

module.exports = { duplicates };
