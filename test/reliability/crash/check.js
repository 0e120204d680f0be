// @ts-check
'use strict';
const { createReadStream } = require('node:fs');
const { createInterface } = require('node:readline');
const { Kafka, logLevel } = require('kafkajs');
const { isAsTold, isRightlyRefused } = require('../answers');
const { Oracle, hold } = require('../oracle');
const { readLog, readStore } = require('../read-log');
const { readTopics } = require('../read-topics');

/**
 * The checker, a program of its own: reads the log, the topics and the acknowledgements of a Tollgate that has stopped, and knows
 * DESIGN sections 2, 3 and 8; it shares no code with the product but the reading of the log. Arguments: data folder, or where the event
 * store is that holds the log; file of acknowledgements, brokers or "-", topic prefix. Prints what it counted as JSON; ends with 1 at the
 * first broken promise.
 */
const [log = '', acknowledgements = '', brokers = '-', prefix = ''] = process.argv.slice(2);

/** P1: what was acknowledged stands in the log, where the answer said; what was refused had to be. @param {any[]} events @param {Oracle} oracle */
const checkAnswers = async (events, oracle) => {
  const counts = { acknowledged: 0, refused: 0 };
  const byPosition = new Map(events.map((event) => [String(event.position), event]));
  for await (const line of createInterface({ input: createReadStream(acknowledgements) })) {
    const told = JSON.parse(line);
    const { position, code } = told.answer;
    if (code === undefined) {
      const event = byPosition.get(position);
      hold(event !== undefined, `P1: acknowledged at ${position}, where the log has nothing: ${line}`);
      hold(isAsTold(event, told), `P1: acknowledged at ${position}, where another event stands: ${line}`);
      counts.acknowledged += 1;
    } else {
      hold(isRightlyRefused(oracle, told), `P1: refused, which the log does not bear out: ${line}`);
      counts.refused += 1;
    }
  }
  return counts;
};

/** P1, P3, P4, P5 on the topics. @param {Oracle} oracle */
const checkTopics = async (oracle) => {
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const messages = await readTopics(
    kafka,
    ['payments', 'usage', 'traffic-control', 'rejected'].map((name) => `${prefix}${name}.v1`),
  );
  const consumed = messages.filter(({ topic }) => /\.(payments|usage)\.v1$/.test(topic));
  oracle.checkConsumed(consumed);
  const texts = messages.map(({ topic, key, value }) => ({ topic, key, value: String(value) }));
  return {
    commands: oracle.checkPublished(texts),
    commandMessages: texts.filter(({ topic }) => topic.endsWith('traffic-control.v1')).length,
    consumed: consumed.length,
    rejected: oracle.checkRejected(texts),
  };
};

const main = async () => {
  const events = log.startsWith('esdb:') ? await readStore(log, 'tollgate-') : await readLog(log);
  const oracle = new Oracle();
  oracle.follow(events);
  const waiting = [...oracle.accounts.values()].reduce((sum, { due }) => sum + due.length, 0);
  hold(waiting === 0, `P3: ${waiting} edges were never decided`);
  const answers = await checkAnswers(events, oracle);
  const topics = brokers === '-' ? {} : await checkTopics(oracle);
  const accounts = Object.fromEntries(
    [...oracle.accounts].map(([accountId, account]) => [accountId, oracle.shown(account)]),
  );
  process.stdout.write(
    `${JSON.stringify({ events: events.length, entries: oracle.entries.size, decisions: oracle.decisionCount(), ...answers, ...topics, accounts, blocked: oracle.blocked() })}\n`,
  );
};

main().then(
  () => process.exit(0),
  (error) => {
    process.stdout.write(`${error.message}\n`);
    process.exit(1);
  },
);
