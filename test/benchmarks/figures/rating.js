// @ts-check
'use strict';

const { oneDigit, percent, shareOf, summarise, whole, withCpu } = require('../figures-of.js');
const { callOnce } = require('../helper-process.js');
const { startStore } = require('../store-server.js');
const { startTollgate } = require('../tollgate-process.js');
const { withBroker } = require('../topic.js');

const prefixes = 200_000;
const helper = 'rate-calls.js';

/** Calls to usage: in one process, and from topic to topic. @type {import('../bench').Figure} */
const rating = async (bench) => [await inProcess(bench), await topicToTopic(bench)];

/** @param {import('../bench').Bench} bench */
const inProcess = async ({ build, isQuick, say }) => {
  const count = isQuick ? 20_000 : 200_000;
  const runs = { rated: [], parsed: [] };
  for (let round = 1; round <= (isQuick ? 1 : 3); round += 1) {
    say(`rating in process: round ${round}`);
    const run = await callOnce(helper, 'rateInProcess', { build, prefixes, count });
    runs.rated.push(/** @type {never} */ (run.rated));
    runs.parsed.push(/** @type {never} */ (run.parsed));
  }
  const rated = summarise(runs.rated);
  const parsed = summarise(runs.parsed);
  return {
    title: 'Calls rated in process',
    measures: `CDRs as their topic has them, parsed, checked and rated by a deck of ${whole(prefixes)} prefixes to the usage of both legs, as JSON; one thread, no broker. Floor: JSON.parse of the same CDRs.`,
    columns: ['', 'CDRs/s', 'CPU µs'],
    rows: [
      ['Tollgate', whole(rated.perSecond), oneDigit(rated.cpuMicros)],
      ['JSON.parse alone', whole(parsed.perSecond), oneDigit(parsed.cpuMicros)],
    ],
    findings: [
      {
        figure: `CDRs rated in process, a deck of ${whole(prefixes)} prefixes`,
        tollgate: `${whole(rated.perSecond)}/s, both legs`,
        floor: `JSON.parse alone ${whole(parsed.perSecond)}/s`,
        marks: [{ text: '≥ 50,000/s', isMet: rated.perSecond >= 50_000 }],
      },
    ],
    raw: runs,
  };
};

/** @param {import('../bench').Bench} bench */
const topicToTopic = (bench) =>
  withBroker(bench, async (brokers) => {
    const { folder, isQuick, say } = bench;
    const count = isQuick ? 10_000 : 100_000;
    const store = await startStore(folder('rating-store'));
    /** @type {Record<'rated' | 'relayed', any[]>} */
    const runs = { rated: [], relayed: [] };
    try {
      for (let round = 1; round <= (isQuick ? 1 : 3); round += 1) {
        say(`rating from topic to topic: round ${round}`);
        runs.relayed.push(await relayed(brokers, `relay${round}.`, count));
        runs.rated.push(await rated({ bench, store, brokers, prefix: `rate${round}.`, count }));
      }
    } finally {
      await store.stop();
    }
    return section(runs, count);
  });

/** @param {string[]} brokers @param {string} prefix @param {number} count */
const relayed = async (brokers, prefix, count) => {
  const [from, to] = [`${prefix}cdr.v1`, `${prefix}usage.v1`];
  await callOnce('kafka-client.js', 'createTopics', { brokers, topics: [from, to] });
  await callOnce(helper, 'produceCalls', { brokers, topic: from, count });
  return callOnce(helper, 'relayCalls', { brokers, from, to, count });
};

/** @param {{ bench: import('../bench').Bench, store: { url: string }, brokers: string[], prefix: string, count: number }} where */
const rated = async ({ bench: { build, folder }, store, brokers, prefix, count }) => {
  const topic = `${prefix}cdr.v1`;
  await callOnce('kafka-client.js', 'createTopics', { brokers, topics: [topic] });
  await callOnce(helper, 'produceCalls', { brokers, topic, count });
  const decks = folder(`${prefix}decks`);
  const rater = await callOnce(helper, 'writeFiles', { folder: decks, prefixes });
  const tollgate = await startTollgate({
    ...{ build, data: folder(`${prefix}data`), brokers },
    flags: ['--role', 'rate', '--kafka-topic-prefix', prefix, '--kafka-group', prefix],
    settings: { EVENTSTORE_URL: store.url, TOLLGATE_RATER: rater, TOLLGATE_DECKS: decks },
  });
  try {
    const published = { brokers, topic: `${prefix}usage.v1`, count: 2 * count };
    const run = await withCpu(tollgate.pid, () => callOnce(helper, 'untilPublished', published));
    // CDRs, of which each has two legs; its CPU is that of all of them, the start included.
    return { ...run, count: run.count / 2, cpuSeconds: (run.cpuSeconds * run.count) / (2 * count) };
  } finally {
    await tollgate.stop();
  }
};

/** @param {Record<'rated' | 'relayed', any[]>} runs @param {number} count @returns {import('../report').Section} */
const section = (runs, count) => {
  const [rated, relayed] = [summarise(runs.rated), summarise(runs.relayed)];
  const share = shareOf(runs.rated, runs.relayed);
  return {
    title: 'Calls rated from topic to topic',
    measures: `${whole(count)} CDRs waiting on a topic of 6 partitions of a real broker on the same machine, read by the role rate and published as the usage of both legs, acknowledged before an offset is committed; from the first usage seen on its topic to the last. Floor: kafkajs reading the same calls and publishing two messages of that size for each.`,
    columns: ['', 'CDRs/s', 'CPU µs', 'of the floor'],
    rows: [
      ['Tollgate', whole(rated.perSecond), oneDigit(rated.cpuMicros), percent(share)],
      ['kafkajs alone', whole(relayed.perSecond), '', ''],
    ],
    findings: [
      {
        figure: 'CDRs rated from topic to topic',
        tollgate: `${whole(rated.perSecond)}/s, both legs`,
        floor: `kafkajs alone ${whole(relayed.perSecond)}/s (${percent(share)})`,
        marks: [{ text: '≥ 10,000/s', isMet: rated.perSecond >= 10_000 }],
      },
    ],
    raw: runs,
  };
};

module.exports = { rating };
