// @ts-check
'use strict';

const { oneDigit, summarise, whole } = require('../figures-of.js');
const { callOnce, startHelper } = require('../helper-process.js');
const { startTollgate } = require('../tollgate-process.js');
const { accounts, fillTopic, openAccounts, startReading, untilFirstRecorded, withBroker } = require('../topic.js');

const pauseMs = 2;

/** What a single post waits while others fill the server. @type {import('../bench').Figure} */
const latency = async (bench) => {
  const batches = await besideBatches(bench);
  const kafka = await withBroker(bench, (brokers) => besideKafka(bench, brokers));
  return [section({ batches, kafka })];
};

/** @param {import('../bench').Bench} bench */
const besideBatches = async ({ build, folder, isQuick, say }) => {
  const tollgate = await startTollgate({ build, data: folder('latency') });
  const client = startHelper('http-client.js');
  const runs = [];
  try {
    await client.call('openAccounts', { url: tollgate.url, from: 0, to: accounts });
    for (let round = 0; round <= (isQuick ? 1 : 3); round += 1) {
      say(`latency: beside batches, round ${round}`);
      const lines = isQuick ? 48_000 : 500_000;
      await client.call('prepareBatches', { lines, batchLines: 1_000, run: `l${round}`, seed: round, accounts });
      const probing = startProbe(tollgate.url, `q${round}`);
      const { count, seconds } = await client.call('batches', { url: tollgate.url, inFlight: 3 });
      const probed = await probing.end();
      if (round > 0) runs.push({ probed, others: { count, seconds } });
    }
  } finally {
    client.stop();
    await tollgate.stop();
  }
  return runs;
};

/** @param {import('../bench').Bench} bench @param {string[]} brokers */
const besideKafka = async ({ build, folder, isQuick, say }, brokers) => {
  const runs = [];
  for (let round = 1; round <= (isQuick ? 1 : 3); round += 1) {
    say(`latency: beside Kafka, round ${round}`);
    const prefix = `beside${round}.`;
    const count = isQuick ? 30_000 : 400_000;
    const topic = await fillTopic({ brokers, prefix, count, run: `l${round}`, seed: round });
    const where = { build, data: folder(`latency-kafka${round}`), brokers, prefix, group: prefix };
    await openAccounts(where);
    const tollgate = await startReading(where);
    try {
      const reading = callOnce('kafka-client.js', 'untilCommitted', { brokers, group: prefix, topic, count });
      await untilFirstRecorded(tollgate);
      const probing = startProbe(tollgate.url, `q${round}`);
      const others = await reading;
      runs.push({ probed: await probing.end(), others });
    } finally {
      await tollgate.stop();
    }
  }
  return runs;
};

/** A client of its own, in a process of its own. */
const startProbe = (/** @type {string} */ url, /** @type {string} */ run) => {
  const client = startHelper('http-client.js');
  const probed = client.call('probe', { url, pauseMs, run, seed: 5, accounts });
  probed.catch(() => undefined);
  return {
    end: async () => {
      try {
        await client.call('endProbe');
        return await probed;
      } finally {
        client.stop();
      }
    },
  };
};

/** @param {{ batches: any[], kafka: any[] }} runs @returns {import('../report').Section} */
const section = (runs) => {
  const rows = [
    { beside: 'batches', of: runs.batches },
    { beside: 'Kafka', of: runs.kafka },
  ].map(({ beside, of }) => ({
    beside,
    probed: summarise(of.map(({ probed }) => probed)),
    others: summarise(of.map(({ others }) => others)),
  }));
  return {
    title: 'A single post while others fill the server',
    measures: `POST /v1/usage on a connection of its own, the next ${pauseMs} ms after the answer, while another client sends batches of 1,000 (3 under way), and while a full topic is taken in.`,
    columns: ['beside', 'p50 ms', 'p99 ms', 'the others events/s'],
    rows: rows.map(({ beside, probed, others }) => [
      beside,
      oneDigit(probed.p50Ms),
      oneDigit(probed.p99Ms),
      whole(others.perSecond),
    ]),
    findings: rows.map(({ beside, probed, others }) => ({
      figure: `a single post while ${beside === 'Kafka' ? 'Kafka saturates' : 'batches saturate'}`,
      tollgate: `p99 ${oneDigit(probed.p99Ms)} ms`,
      floor: `beside ${whole(others.perSecond)}/s`,
      marks: [{ text: 'p99 < 50 ms', isMet: Number(probed.p99Ms) < 50 }],
    })),
    raw: runs,
  };
};

module.exports = { latency };
