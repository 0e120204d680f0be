// @ts-check
'use strict';

const { setTimeout: sleep } = require('node:timers/promises');
const { startBroker } = require('../../../infra/kafka/broker.js');
const { oneDigit, percent, summarise, whole, withCpu } = require('../figures-of.js');
const { callOnce, startHelper } = require('../helper-process.js');
const { startTollgate } = require('../tollgate-process.js');

const accounts = 1_000;
const timeoutMs = 180_000;

/** Usages that wait on a topic, to the durable log. @type {import('../bench').Figure} */
const kafka = async ({ folder, isQuick, say }) => {
  const count = isQuick ? 30_000 : 300_000;
  const rounds = isQuick ? 1 : 3;
  const broker = await startBroker({ dataDir: folder('broker'), onProgress: say });
  const { brokers } = broker;
  const runs = [];
  const floors = [];
  try {
    for (let round = 1; round <= rounds; round += 1) {
      say(`kafka: round ${round} of ${rounds}`);
      const prefix = `bench${round}.`;
      const topic = `${prefix}usage.v1`;
      await callOnce('kafka-client.js', 'createTopics', { brokers, topics: [topic] });
      await callOnce('kafka-client.js', 'produce', { brokers, topic, count, run: `k${round}`, seed: round, accounts });
      floors.push(await callOnce('kafka-client.js', 'consumeAll', { brokers, topic, count }));
      runs.push(await intake({ data: folder(`kafka${round}`), brokers, prefix, count }));
    }
  } finally {
    await broker.stop();
  }
  return [section(runs, floors, count)];
};

/** @param {{ data: string, brokers: string[], prefix: string, count: number }} options */
const intake = async ({ data, brokers, prefix, count }) => {
  await openAccounts(data);
  const tollgate = await startTollgate({
    data,
    brokers,
    flags: ['--kafka-topic-prefix', prefix, '--kafka-group', prefix],
  });
  try {
    return await withCpu(tollgate.pid, () => untilConsumed(tollgate, count));
  } finally {
    await tollgate.stop();
  }
};

const openAccounts = async (/** @type {string} */ data) => {
  const tollgate = await startTollgate({ data });
  const client = startHelper('http-client.js');
  try {
    await client.call('openAccounts', { url: tollgate.url, from: 0, to: accounts });
  } finally {
    client.stop();
    await tollgate.stop();
  }
};

/** From the first events seen in the log to the last; each account's revision says that nothing was rejected. @param {import('../tollgate-process').TollgateProcess} tollgate @param {number} count */
const untilConsumed = async (tollgate, count) => {
  let first = { position: 0, at: 0 };
  for (const deadline = performance.now() + timeoutMs; performance.now() < deadline; await sleep(50)) {
    const position = await tollgate.logPosition();
    if (first.position === 0 && position > accounts) first = { position, at: performance.now() };
    if (position < accounts + count) continue;
    const seconds = (performance.now() - first.at) / 1_000;
    await tollgate.untilSettled();
    const page = /** @type {{ items: { revision: number }[] }} */ (
      await (await fetch(`${tollgate.url}/v1/accounts?limit=${accounts}`)).json()
    );
    const recorded = page.items.reduce((sum, { revision }) => sum + revision, 0);
    if (recorded !== count) throw new Error(`${recorded} of ${count} usages are in the accounts`);
    return { count: position - first.position, seconds, all: count };
  }
  throw new Error(`the topic was not taken in within ${timeoutMs / 1_000} s:\n${tollgate.printed()}`);
};

/** @param {any[]} runs @param {any[]} floors @param {number} count @returns {import('../report').Section} */
const section = (runs, floors, count) => {
  const tollgate = summarise(
    runs.map(({ cpuSeconds, all, ...run }) => ({ ...run, cpuSeconds: (cpuSeconds * run.count) / all })),
  );
  const floor = summarise(floors);
  const share = tollgate.perSecond / floor.perSecond;
  return {
    title: '4. Kafka topic to durable log',
    measures: `${whole(count)} usages waiting on a topic of 6 partitions of a real broker on the same machine; from the first events in the log to the last, each durable before its offset is committed. CPU: of the Tollgate process, its start included. Floor: kafkajs fetching the same topic with the same consumer settings and doing nothing with it.`,
    columns: ['', 'events/s', 'CPU µs', 'of the floor'],
    rows: [
      ['Tollgate', whole(tollgate.perSecond), oneDigit(tollgate.cpuMicros), percent(share)],
      ['kafkajs alone', whole(floor.perSecond), oneDigit(floor.cpuMicros), ''],
    ],
    marks: [{ text: `at least 30 % of kafkajs alone (${percent(share)})`, isMet: share >= 0.3 }],
    raw: { runs, floors },
  };
};

module.exports = { kafka };
