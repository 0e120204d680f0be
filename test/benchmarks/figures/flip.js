// @ts-check
'use strict';

const { median, oneDigit, percentile, times } = require('../figures-of.js');
const { callOnce, startHelper } = require('../helper-process.js');
const { accountId } = require('../messages.js');
const { startReading, withBroker } = require('../topic.js');

const accounts = 10;
const warmUp = 30;

/** From a usage that uses up a balance to its BlockTraffic in the hands of a consumer. @type {import('../bench').Figure} */
const flip = (bench) =>
  withBroker(bench, async (brokers) => {
    const { build, folder, isQuick, say } = bench;
    const count = isQuick ? 50 : 400;
    const rounds = isQuick ? 1 : 5;
    const runs = [];
    const floors = [];
    for (let round = 1; round <= rounds; round += 1) {
      say(`flip: round ${round} of ${rounds}`);
      floors.push(await echoed({ brokers, count, prefix: `echo${round}.` }));
      runs.push(await decided({ build, data: folder(`flip${round}`), brokers, count, prefix: `flip${round}.` }));
    }
    return [section(runs, floors, count * rounds)];
  });

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

/** @param {{ build: string, data: string, brokers: string[], count: number, prefix: string }} options */
const decided = async ({ count, ...where }) => {
  const { brokers, prefix } = where;
  const tollgate = await startReading({ ...where, group: prefix });
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

/** @param {any[]} runs @param {any[]} floors @param {number} count @returns {import('../report').Section} */
const section = (runs, floors, count) => {
  const at = (/** @type {number} */ share) => {
    const [mine, echo] = [runs, floors].map((of) => of.map(({ latencies }) => percentile(latencies, share)));
    const ratios = /** @type {number[]} */ (mine).map((ms, round) => ms / Number(echo?.[round]));
    return { mine: median(mine ?? []), echo: median(echo ?? []), ratio: median(ratios) };
  };
  const [p50, p99] = [at(0.5), at(0.99)];
  const both = (/** @type {'mine' | 'echo'} */ of) => `${oneDigit(p50[of])} / ${oneDigit(p99[of])} ms`;
  return {
    title: 'A usage that flips a balance, to its BlockTraffic',
    measures: `${count} flips one after the other over ${accounts} accounts: from before a producer sends the usage to a consumer holding the BlockTraffic it causes; one broker, 6 partitions, all acknowledgements. In between Tollgate makes the usage and then the decision durable. Floor: a process that consumes and produces the answer with kafkajs, same broker, same settings, nothing stored.`,
    columns: ['', 'p50 ms', 'p99 ms'],
    rows: [
      ['Tollgate', oneDigit(p50.mine), oneDigit(p99.mine)],
      ['kafkajs echo', oneDigit(p50.echo), oneDigit(p99.echo)],
      ['ratio', times(p50.ratio), times(p99.ratio)],
    ],
    findings: [
      {
        figure: 'usage to its BlockTraffic, p50 / p99',
        tollgate: both('mine'),
        floor: `kafkajs echo ${both('echo')} (${times(p50.ratio)} / ${times(p99.ratio)})`,
        marks: [
          { text: 'p50 ≤ 1.1 ×', isMet: p50.ratio <= 1.1 },
          { text: 'p99 ≤ 1.3 ×', isMet: p99.ratio <= 1.3 },
        ],
      },
    ],
    raw: { runs, floors },
  };
};

/** @type {import('../pairs').Trial} */
const flipTrial = {
  figures: ['p50', 'p99'].map((share) => ({
    figure: `usage to its BlockTraffic, ${share}`,
    unit: ' ms',
    isLess: true,
  })),
  run: (bench, compare) =>
    withBroker(bench, async (brokers) => {
      let runs = 0;
      return compare(async ({ build, data }) => {
        runs += 1;
        const count = bench.isQuick ? 50 : 200;
        const { latencies } = await decided({ build, data, brokers, count, prefix: `pair${runs}.` });
        return [percentile(latencies, 0.5), percentile(latencies, 0.99)];
      });
    }),
};

module.exports = { flip, flipTrial };
