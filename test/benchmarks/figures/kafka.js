// @ts-check
'use strict';

const { oneDigit, percent, shareOf, summarise, whole, withCpu } = require('../figures-of.js');
const { callOnce } = require('../helper-process.js');
const { fillTopic, openAccounts, startReading, untilRecorded, withBroker } = require('../topic.js');

/** Usages that wait on a topic, to the durable log. @type {import('../bench').Figure} */
const kafka = (bench) =>
  withBroker(bench, async (brokers) => {
    const { build, folder, isQuick, say } = bench;
    // Of some seconds V8 takes the first one to compile.
    const count = isQuick ? 30_000 : 1_000_000;
    const rounds = isQuick ? 1 : 5;
    const runs = [];
    const floors = [];
    for (let round = 1; round <= rounds; round += 1) {
      say(`kafka: round ${round} of ${rounds}`);
      const prefix = `bench${round}.`;
      const topic = await fillTopic({ brokers, prefix, count, run: `k${round}`, seed: round });
      floors.push(await callOnce('kafka-client.js', 'consumeAll', { brokers, topic, count }));
      runs.push(await intake({ build, data: folder(`kafka${round}`), brokers, prefix, group: prefix, count }));
    }
    return [section(runs, floors, count)];
  });

/** @param {Parameters<typeof startReading>[0] & { count: number }} options */
const intake = async ({ count, ...where }) => {
  await openAccounts(where);
  const tollgate = await startReading(where);
  try {
    const run = await withCpu(tollgate.pid, () => untilRecorded(tollgate, count));
    return { ...run, cpuSeconds: (run.cpuSeconds * run.count) / run.all };
  } finally {
    await tollgate.stop();
  }
};

/** @param {any[]} runs @param {any[]} floors @param {number} count @returns {import('../report').Section} */
const section = (runs, floors, count) => {
  const tollgate = summarise(runs);
  const floor = summarise(floors);
  const share = shareOf(runs, floors);
  return {
    title: 'Kafka topic to durable log',
    measures: `${whole(count)} usages waiting on a topic of 6 partitions of a real broker on the same machine; from the first events in the log to the last, each durable before its offset is committed. CPU: of the Tollgate process, its start included. Floor: kafkajs fetching the same topic with the same consumer settings and doing nothing with it, from its first batch to its last.`,
    columns: ['', 'events/s', 'CPU µs', 'of the floor'],
    rows: [
      ['Tollgate', whole(tollgate.perSecond), oneDigit(tollgate.cpuMicros), percent(share)],
      ['kafkajs alone', whole(floor.perSecond), oneDigit(floor.cpuMicros), ''],
    ],
    findings: [
      {
        figure: 'Kafka topic to durable log',
        tollgate: `${whole(tollgate.perSecond)}/s`,
        floor: `kafkajs alone ${whole(floor.perSecond)}/s (${percent(share)})`,
        marks: [{ text: '≥ 60 % of kafkajs', isMet: share >= 0.6 }],
      },
    ],
    raw: { runs, floors },
  };
};

/** Both builds read the same topic. @type {import('../pairs').Trial} */
const kafkaTrial = {
  figures: [{ figure: 'Kafka topic to durable log', unit: '/s' }],
  run: (bench, compare) =>
    withBroker(bench, async (brokers) => {
      const count = bench.isQuick ? 30_000 : 200_000;
      const prefix = 'pairs.';
      await fillTopic({ brokers, prefix, count, run: 'k', seed: 1 });
      let groups = 0;
      return compare(async ({ build, data }) => {
        groups += 1;
        const run = await intake({ build, data, brokers, prefix, group: `pairs-${groups}`, count });
        return [run.count / run.seconds];
      });
    }),
};

module.exports = { kafka, kafkaTrial };
