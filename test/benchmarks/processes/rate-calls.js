// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { connectTo, openConsumer, openProducer } = require('./kafka-client.js');

const limitMs = 180_000;

const head = 'prefix,currency,perMinute,connectFee,initialSeconds,incrementSeconds\n';

/** A deck as vendors send them: so many prefixes of three to eight digits. @param {number} prefixes */
const deckText = (prefixes) => {
  const lines = [];
  for (let index = 0; index < prefixes; index += 1) {
    const prefix = String(100 + (index % 900)) + (index < 900 ? '' : String(Math.floor(index / 900)).padStart(3, '0'));
    lines.push(
      `${prefix},EUR,0.${String(1_000 + (index % 8_999))},${index % 3 === 0 ? '0.01' : ''},${index % 2 === 0 ? '1,1' : '30,6'}`,
    );
  }
  return head + lines.join('\n');
};

/** Calls all over the deck. @param {number} from @param {number} count */
const createCalls = (from, count) =>
  Array.from({ length: count }, (_, index) => {
    const id = from + index;
    return {
      ...{ cdrId: `sbc1-${id}`, callId: `${id}@sbc1.example.net`, originator: 'acme', terminator: 'globex' },
      ...{
        caller: '+31201234567',
        callee: `+${100 + ((id * 7) % 900)}${String((id * 31) % 222).padStart(3, '0')}55501`,
      },
      ...{ startedAt: new Date(1_769_860_800_000 + id * 13).toISOString(), durationMs: (id * 977) % 600_000 },
    };
  });

/** A partner at each end of every call. @param {object} rating */
const partnersOf = (rating) =>
  new Map([
    ['acme', { inbound: rating }],
    ['globex', { outbound: rating }],
  ]);

const terms = { rounding: { mode: 'half-even', digits: 4 }, minimumCharge: '0.001' };

/** Files for a process that rates by such a deck. @param {{ folder: string, prefixes: number }} options */
const writeFiles = ({ folder, prefixes }) => {
  fs.writeFileSync(path.join(folder, 'bench.csv'), deckText(prefixes));
  const partner = (/** @type {string} */ direction) => ({ currency: 'EUR', decks: { [direction]: 'bench' }, ...terms });
  const rater = path.join(folder, 'rater.json');
  fs.writeFileSync(rater, JSON.stringify({ accounts: { acme: partner('inbound'), globex: partner('outbound') } }));
  return rater;
};

/** CDRs as their topic has them rated to usage in this process, both legs of each; beside that, JSON.parse of them alone. @param {{ build: string, prefixes: number, count: number }} options */
const rateInProcess = ({ build, prefixes, count }) => {
  const { readDeck } = require(path.join(build, 'packages/rating'));
  const { rateCdr } = require(path.join(build, 'services/cdr-rater'));
  const { parseCdr } = require(path.join(build, 'packages/contracts'));
  const partners = partnersOf({ name: 'bench', deck: readDeck(deckText(prefixes)), terms });
  const texts = createCalls(0, count).map((call) => JSON.stringify(call));
  let legs = 0;
  const rate = (/** @type {string} */ text) => {
    const { value } = parseCdr(JSON.parse(text));
    for (const usage of rateCdr(partners, value).usages) legs += JSON.stringify(usage).length > 0 ? 1 : 0;
  };
  texts.slice(0, 5_000).forEach(rate);
  legs = 0;
  const rated = timed(count, () => texts.forEach(rate));
  if (legs !== 2 * count) throw new Error(`${legs} legs of ${count} calls have a price`);
  return { rated, parsed: timed(count, () => texts.forEach((text) => JSON.parse(text))) };
};

/** @param {number} count @param {() => void} act */
const timed = (count, act) => {
  const before = process.cpuUsage();
  const startedAt = performance.now();
  act();
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(before);
  return { count, seconds, cpuSeconds: (user + system) / 1e6 };
};

/** A topic of calls. @param {{ brokers: string[], topic: string, count: number }} options */
const produceCalls = async ({ brokers, topic, count }) => {
  const producer = await openProducer(connectTo(brokers));
  for (let sent = 0; sent < count; sent += 1_000) {
    const calls = createCalls(sent, Math.min(1_000, count - sent));
    await producer.send({
      topic,
      messages: calls.map((call) => ({ key: call.cdrId, value: JSON.stringify(call) })),
    });
  }
  await producer.disconnect();
};

/** What a broker takes in one request, whichever partition it is for. */
const requestCalls = 900;

/** As long as a rated leg. */
const usageValue = 'x'.repeat(420);

/**
 * The floor: whatever arrives on `from` is answered by two messages on `to`, with the settings that Tollgate has, and committed then; until
 * `count` have come.
 * @param {{ brokers: string[], from: string, to: string, count: number }} options
 */
const relayCalls = async ({ brokers, from, to, count }) => {
  const kafka = connectTo(brokers);
  const producer = await openProducer(kafka, true);
  const consumer = await openConsumer(kafka, from);
  let [seen, afterFirst, startedAt] = [0, 0, 0];
  /** One after the other, as an idempotent producer needs it. @type {Promise<unknown>} */
  let sending = Promise.resolve();
  /** @type {Promise<void>} */
  const all = new Promise((resolve) => {
    void consumer.run({
      partitionsConsumedConcurrently: 6,
      eachBatch: async ({ batch }) => {
        for (let start = 0; start < batch.messages.length; start += requestCalls) {
          const messages = batch.messages.slice(start, start + requestCalls).flatMap(() => [
            { key: 'acme', value: usageValue },
            { key: 'globex', value: usageValue },
          ]);
          sending = sending.then(() => producer.send({ topic: to, acks: -1, messages }));
        }
        await sending;
        if (startedAt === 0) {
          startedAt = performance.now();
          afterFirst = batch.messages.length;
        }
        seen += batch.messages.length;
        if (seen >= count) resolve();
      },
    });
  });
  await all;
  const seconds = (performance.now() - startedAt) / 1_000;
  await consumer.disconnect();
  await producer.disconnect();
  return { count: seen - afterFirst, seconds };
};

/** Messages on a topic, from the first seen to the last of `count`. @param {{ brokers: string[], topic: string, count: number }} options */
const untilPublished = async ({ brokers, topic, count }) => {
  const admin = connectTo(brokers).admin();
  await admin.connect();
  let first = { seen: 0, at: 0 };
  for (const deadline = performance.now() + limitMs; performance.now() < deadline; await sleep(20)) {
    const seen = (await admin.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), 0);
    if (first.seen === 0 && seen > 0) first = { seen, at: performance.now() };
    if (seen < count) continue;
    await admin.disconnect();
    return { count: seen - first.seen, seconds: (performance.now() - first.at) / 1_000 };
  }
  throw new Error(`${topic} did not come to hold ${count} messages within ${limitMs / 1_000} s`);
};

module.exports = { produceCalls, rateInProcess, relayCalls, untilPublished, writeFiles };
