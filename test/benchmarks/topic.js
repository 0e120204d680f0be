// @ts-check
'use strict';

const { setTimeout: sleep } = require('node:timers/promises');
const { startBroker } = require('../../infra/kafka/broker.js');
const { callOnce, startHelper } = require('./helper-process.js');
const { startTollgate } = require('./tollgate-process.js');

const accounts = 1_000;
const timeoutMs = 180_000;

/** The topics whose names begin with `prefix`. @typedef {{ brokers: string[], prefix: string }} Where */

/** A broker for as long as `act` takes. @template T @param {import('./bench').Bench} bench @param {(brokers: string[]) => Promise<T>} act */
const withBroker = async ({ folder, say }, act) => {
  const broker = await startBroker({ dataDir: folder('broker'), onProgress: say });
  try {
    return await act(broker.brokers);
  } finally {
    await broker.stop();
  }
};

/** Usages that wait on a new topic. @param {Where & { count: number, run: string, seed: number }} options */
const fillTopic = async ({ brokers, prefix, ...messages }) => {
  const topic = `${prefix}usage.v1`;
  await callOnce('kafka-client.js', 'createTopics', { brokers, topics: [topic] });
  await callOnce('kafka-client.js', 'produce', { brokers, topic, accounts, ...messages });
  return topic;
};

/** A data folder with the accounts that `fillTopic` charges. @param {{ build: string, data: string }} options */
const openAccounts = async (options) => {
  const tollgate = await startTollgate(options);
  const client = startHelper('http-client.js');
  try {
    await client.call('openAccounts', { url: tollgate.url, from: 0, to: accounts });
  } finally {
    client.stop();
    await tollgate.stop();
  }
};

/** Tollgate reading the topics of `prefix`, from their start if no other read as `group`. @param {Where & { build: string, data: string, group: string }} options */
const startReading = ({ build, data, brokers, prefix, group }) =>
  startTollgate({ build, data, brokers, flags: ['--kafka-topic-prefix', prefix, '--kafka-group', group] });

/** Resolves with the position at which the log first is seen to have grown beyond the accounts. @param {import('./tollgate-process').TollgateProcess} tollgate */
const untilFirstRecorded = (tollgate) => untilPosition(tollgate, accounts + 1);

/** @param {import('./tollgate-process').TollgateProcess} tollgate @param {number} wanted */
const untilPosition = async (tollgate, wanted) => {
  for (const deadline = performance.now() + timeoutMs; performance.now() < deadline; await sleep(100)) {
    const position = await tollgate.logPosition();
    if (position >= wanted) return position;
  }
  throw new Error(`the topic was not taken in within ${timeoutMs / 1_000} s:\n${tollgate.printed()}`);
};

/** From the first events seen in the log to the last; each account's revision says that nothing was rejected. @param {import('./tollgate-process').TollgateProcess} tollgate @param {number} count */
const untilRecorded = async (tollgate, count) => {
  const first = await untilFirstRecorded(tollgate);
  const startedAt = performance.now();
  const last = await untilPosition(tollgate, accounts + count);
  const seconds = (performance.now() - startedAt) / 1_000;
  await tollgate.untilSettled();
  await mustHold(tollgate, count);
  return { count: last - first, seconds, all: count };
};

/** That many usages are in the accounts. @param {import('./tollgate-process').TollgateProcess} tollgate @param {number} count */
const mustHold = async ({ url }, count) => {
  const answer = await fetch(`${url}/v1/accounts?limit=${accounts}`);
  const page = /** @type {{ items: { revision: number }[] }} */ (await answer.json());
  const recorded = page.items.reduce((sum, { revision }) => sum + revision, 0);
  if (recorded !== count) throw new Error(`${recorded} instead of ${count} usages are in the accounts`);
};

module.exports = {
  accounts,
  fillTopic,
  mustHold,
  openAccounts,
  startReading,
  untilFirstRecorded,
  untilRecorded,
  withBroker,
};
