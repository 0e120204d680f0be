// @ts-check
'use strict';

const { startBroker } = require('../../../infra/kafka/broker.js');
const { oneDigit, percentile, times } = require('../figures-of.js');
const { callOnce, startHelper } = require('../helper-process.js');
const { accountId } = require('../messages.js');
const { startTollgate } = require('../tollgate-process.js');

const accounts = 10;
const prefix = 'flip.';
const warmUp = 30;

/** From a usage that uses up a balance to its BlockTraffic in the hands of a consumer. @type {import('../bench').Figure} */
const flip = async ({ folder, isQuick, say }) => {
  const count = isQuick ? 50 : 300;
  const rounds = isQuick ? 1 : 2;
  const broker = await startBroker({ dataDir: folder('broker'), onProgress: say });
  const { brokers } = broker;
  const runs = [];
  const floors = [];
  try {
    for (let round = 1; round <= rounds; round += 1) {
      say(`flip: round ${round} of ${rounds}`);
      floors.push(await echoed({ brokers, count, prefix: `echo${round}.` }));
      runs.push(await decided({ data: folder(`flip${round}`), brokers, count, prefix: `${prefix}${round}.` }));
    }
  } finally {
    await broker.stop();
  }
  return [section(runs, floors, count * rounds)];
};

/** @param {{ brokers: string[], count: number, prefix: string }} options */
const echoed = async ({ brokers, count, prefix }) => {
  const [from, to] = [`${prefix}in`, `${prefix}out`];
  await callOnce('kafka-client.js', 'createTopics', { brokers, topics: [from, to] });
  const echo = startHelper('kafka-client.js');
  try {
    await echo.call('echo', { brokers, from, to });
    return await callOnce('kafka-client.js', 'flips', {
      brokers,
      usageTopic: from,
      paymentTopic: from,
      controlTopic: to,
      count,
      warmUp,
      accounts,
    });
  } finally {
    echo.stop();
  }
};

/** @param {{ data: string, brokers: string[], count: number, prefix: string }} options */
const decided = async ({ data, brokers, count, prefix }) => {
  const tollgate = await startTollgate({
    data,
    brokers,
    flags: ['--kafka-topic-prefix', prefix, '--kafka-group', prefix],
  });
  try {
    await tollgate.untilReady();
    for (let number = 0; number < accounts; number += 1) await openAccount(tollgate.url, number);
    await tollgate.untilSettled();
    const topics = {
      usageTopic: `${prefix}usage.v1`,
      paymentTopic: `${prefix}payments.v1`,
      controlTopic: `${prefix}traffic-control.v1`,
    };
    return await callOnce('kafka-client.js', 'flips', { brokers, ...topics, count, warmUp, accounts });
  } finally {
    await tollgate.stop();
  }
};

/** Blocked from its first event: the rule is inbound, without credit. */
const openAccount = async (/** @type {string} */ url, /** @type {number} */ number) => {
  const body = JSON.stringify({ accountId: accountId(number), currency: 'EUR', cutoff: { balances: ['inbound'] } });
  const answer = await fetch(`${url}/v1/accounts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  if (answer.status !== 201) throw new Error(`answer ${answer.status}: ${await answer.text()}`);
};

/** @param {{ latencies: Float64Array }[]} runs @param {{ latencies: Float64Array }[]} floors @param {number} count @returns {import('../report').Section} */
const section = (runs, floors, count) => {
  const at = (/** @type {{ latencies: Float64Array }[]} */ of) => {
    const latencies = of.map((run) => run.latencies);
    return { p50Ms: percentile(latencies, 0.5), p99Ms: percentile(latencies, 0.99) };
  };
  const [tollgate, floor] = [at(runs), at(floors)];
  return {
    title: '5. A usage that flips a balance, to its BlockTraffic',
    measures: `${count} flips one after the other over ${accounts} accounts: from before a producer sends the usage to a consumer holding the BlockTraffic it causes; one broker, 6 partitions, all acknowledgements. In between Tollgate makes the usage and then the decision durable. Floor: a process that consumes and produces the answer with kafkajs, same broker, same settings, nothing stored.`,
    columns: ['', 'p50 ms', 'p99 ms'],
    rows: [
      ['Tollgate', oneDigit(tollgate.p50Ms), oneDigit(tollgate.p99Ms)],
      ['kafkajs echo', oneDigit(floor.p50Ms), oneDigit(floor.p99Ms)],
      ['ratio', times(tollgate.p50Ms / floor.p50Ms), times(tollgate.p99Ms / floor.p99Ms)],
    ],
    marks: [
      {
        text: `at most 3 x the echo at p50 (${times(tollgate.p50Ms / floor.p50Ms)})`,
        isMet: tollgate.p50Ms <= 3 * floor.p50Ms,
      },
      { text: `p99 under 60 ms (${oneDigit(tollgate.p99Ms)} ms)`, isMet: tollgate.p99Ms < 60 },
    ],
    raw: { runs, floors },
  };
};

module.exports = { flip };
