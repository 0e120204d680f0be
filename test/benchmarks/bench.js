#!/usr/bin/env node
// @ts-check
'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { accounts } = require('./figures/accounts.js');
const { batch } = require('./figures/batch.js');
const { flip } = require('./figures/flip.js');
const { kafka } = require('./figures/kafka.js');
const { million } = require('./figures/million.js');
const { single } = require('./figures/single.js');
const { profile } = require('./profile.js');
const { textOf } = require('./report.js');
const { repo } = require('./tollgate-process.js');

/**
 * @typedef {{ folder: (name: string) => string, isQuick: boolean, say: (line: string) => void }} Bench
 * @typedef {(bench: Bench) => Promise<import('./report').Section[]>} Figure
 */

/** @type {Record<string, Figure>} */
const figures = { single, batch, kafka, flip, million, accounts };

const help = `Measures Tollgate on this machine: each figure beside a floor taken in the same run.

  npm run bench -- [--only NAME]… [--quick] [--profile]

  --only NAME  one figure; may be given again: ${Object.keys(figures).join(', ')}
                 single    one event per HTTP request, many accounts and one
                 batch     HTTP batches
                 kafka     Kafka topic to durable log
                 flip      a usage that flips a balance to its BlockTraffic
                 million   at a million events: rebuild, time to ready, memory, disk, cost per event
                 accounts  at 100,000 accounts: memory, cost per event
  --quick      a tenth of the work: to see that it runs, not to judge by
  --profile    where the CPU goes on the two hottest paths, and nothing else
  --help       this text

All of it takes about ten minutes and 2 GB of disk, which is given back. It starts real Tollgate processes and, for
kafka and flip, a real broker (Java 17). The raw figures are kept in .cache/bench/.
`;

const parseOptions = () => {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      quick: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const unknown = values.only?.filter((name) => !Object.hasOwn(figures, name)) ?? [];
  if (unknown.length > 0)
    throw new Error(`--only ${unknown.join(', ')}: choose from ${Object.keys(figures).join(', ')}`);
  return values;
};

const readOptions = () => {
  try {
    return parseOptions();
  } catch (error) {
    process.stderr.write(`${/** @type {Error} */ (error).message}\n\n${help}`);
    return process.exit(2);
  }
};

/** On the disk of the repository, and gone when we are. */
const openScratch = (/** @type {string} */ results) => {
  fs.mkdirSync(results, { recursive: true });
  const scratch = fs.mkdtempSync(path.join(results, 'scratch-'));
  process.on('exit', () => fs.rmSync(scratch, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));
  return scratch;
};

const machine = () => ({
  node: process.version,
  cores: os.availableParallelism(),
  processor: os.cpus()[0]?.model,
  memoryGb: Math.round(os.totalmem() / 1e9),
  loadBefore: os.loadavg()[0]?.toFixed(2),
});

const print = (/** @type {string} */ text) => void process.stdout.write(`${text}\n`);
const say = (/** @type {string} */ line) =>
  void process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${line}` : `${line}\n`);

const measure = async (/** @type {string} */ name, /** @type {Bench} */ bench) => {
  const sections = await /** @type {Figure} */ (figures[name])(bench);
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  return sections;
};

const main = async () => {
  const options = readOptions();
  if (options.help) return print(help);
  const results = path.join(repo, '.cache/bench');
  const scratch = openScratch(results);
  if (options.profile) return print(await profile({ scratch, isQuick: options.quick }));
  const folder = (/** @type {string} */ name) => {
    fs.mkdirSync(path.join(scratch, name), { recursive: true });
    return path.join(scratch, name);
  };
  const about = machine();
  print(
    `Node ${about.node}, ${about.cores} cores (${about.processor ?? 'unknown'}), ${about.memoryGb} GB, load before the start ${about.loadBefore ?? '?'}`,
  );
  const startedAt = new Date();
  /** @type {object[]} */
  const sections = [];
  let failed = 0;
  for (const name of Object.keys(figures).filter((name) => options.only?.includes(name) ?? true)) {
    try {
      for (const section of await measure(name, { folder, isQuick: options.quick, say })) {
        print(textOf(section, { isQuick: options.quick }));
        sections.push({ figure: name, ...section });
      }
    } catch (error) {
      failed += 1;
      process.stderr.write(`\n${name} could not be measured: ${/** @type {Error} */ (error).stack}\n`);
    }
    fs.rmSync(scratch, { recursive: true, force: true });
  }
  const file = path.join(results, `${startedAt.toISOString().replace(/[:.]/g, '-')}.json`);
  fs.writeFileSync(
    file,
    `${JSON.stringify({ startedAt, isQuick: options.quick, machine: about, sections }, null, 1)}\n`,
  );
  print(`\nRaw figures: ${path.relative(process.cwd(), file)}`);
  if (failed > 0) process.exit(1);
};

main().then(
  () => process.exit(0),
  (error) => {
    process.stderr.write(`\n${error.stack}\n`);
    process.exit(1);
  },
);
