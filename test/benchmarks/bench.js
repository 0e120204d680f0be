#!/usr/bin/env node
// @ts-check
'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { readOptions } = require('../../infra/command.js');
const { accounts } = require('./figures/accounts.js');
const { audit } = require('./figures/audit.js');
const { authorizations } = require('./figures/authorizations.js');
const { batch, batchTrial } = require('./figures/batch.js');
const { duplicates } = require('./figures/duplicates.js');
const { flip, flipTrial } = require('./figures/flip.js');
const { kafka, kafkaTrial } = require('./figures/kafka.js');
const { large } = require('./figures/large.js');
const { latency } = require('./figures/latency.js');
const { past } = require('./figures/past.js');
const { rating } = require('./figures/rating.js');
const { replay, replayTrial } = require('./figures/replay.js');
const { reporting } = require('./figures/reporting.js');
const { single, singleTrial } = require('./figures/single.js');
const { store } = require('./figures/store.js');
const { measurePairs } = require('./pairs.js');
const { profile } = require('./profile.js');
const { tableOf, textOf } = require('./report.js');
const { repo } = require('./tollgate-process.js');

/**
 * `build` is the checkout that is measured; `events` is how large a log was asked for, where a figure lets one choose.
 * @typedef {{ build: string, folder: (name: string) => string, isQuick: boolean, events?: number | undefined, say: (line: string) => void }} Bench
 * @typedef {(bench: Bench) => Promise<import('./report').Section[]>} Figure
 */

/** @type {Record<string, Figure>} */
const figures = {
  ...{
    single,
    batch,
    kafka,
    duplicates,
    latency,
    authorizations,
    rating,
    flip,
    replay,
    reporting,
    store,
    audit,
    past,
    large,
    accounts,
  },
};

/** @type {Record<string, import('./pairs').Trial>} */
const trials = { single: singleTrial, batch: batchTrial, kafka: kafkaTrial, flip: flipTrial, replay: replayTrial };

const help = `Measures Tollgate on this machine: each figure beside a floor taken in the same run.

  npm run bench -- [--only NAME]… [--before FOLDER] [--quick] [--profile]

  --only NAME      one figure; may be given again: ${Object.keys(figures).join(', ')}
                     single      one event per HTTP request, many accounts and one
                     batch       HTTP batches
                     kafka       Kafka topic to durable log
                     duplicates  a topic read again from its start
                     latency     a single post while batches or Kafka saturate
                     authorizations  what a switch waits for before a call, beside usage
                     rating      calls rated, in one process and from topic to topic
                     flip        a usage that flips a balance to its BlockTraffic
                     replay      the whole log into an empty table
                     reporting   the whole log into PostgreSQL
                     store       the log in an event store: the server for tests
                     audit       the tree of the log: what it costs, its lag, proofs; both verifiers
                     past        an account of a million events as it was at some time
                     large       at ten million events: time to ready, memory, disk, cost per event
                     accounts    at a million accounts: memory, cost per event
  --before FOLDER  instead of floors, the same on an earlier commit: five pairs, each on both builds one right after the
                   other, of ${Object.keys(trials).join(', ')}. FOLDER is a built checkout:
                     git worktree add FOLDER COMMIT && cd FOLDER && npm ci && npm run build
  --events N       how large the log of past is: 2,000,000 unless said, half of them of one account, of which it never has more
                   than 1,000,000. With 10000000 it takes some five minutes and 6 GB
  --build FOLDER   measures this built checkout instead of the one in which the benchmark stands
  --quick          a tenth of the work and less: to see that it runs, not to judge by
  --profile        where the CPU goes on the two hottest paths, and nothing else
  --help           this text

All of it takes about twenty minutes, half of it for large and accounts, and 10 GB of disk, which is given back. It starts
real Tollgate processes and, for what needs them, a real broker (Java 17) and a PostgreSQL server. At the end stands the table of the README; the raw
figures are kept in .cache/bench/.
`;

const parseOptions = () => {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      before: { type: 'string' },
      events: { type: 'string' },
      build: { type: 'string', default: repo },
      quick: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const known = values.before === undefined ? figures : trials;
  const unknown = values.only?.filter((name) => !Object.hasOwn(known, name)) ?? [];
  if (unknown.length > 0) throw new Error(`--only ${unknown.join(', ')}: choose from ${Object.keys(known).join(', ')}`);
  const before = values.before === undefined ? undefined : builtCheckout(values.before);
  const events = values.events === undefined ? undefined : wholeNumber('--events', values.events);
  return { ...values, before, events, build: values.help ? repo : builtCheckout(values.build) };
};

/** @param {string} option @param {string} text */
const wholeNumber = (option, text) => {
  if (!/^[1-9]\d{0,5}0{4}$/.test(text))
    throw new Error(`${option} ${text}: must be some ten thousands, such as 10000000`);
  return Number(text);
};

const builtCheckout = (/** @type {string} */ folder) => {
  if (!fs.existsSync(path.join(folder, 'services/tollgate/dist')))
    throw new Error(`${folder} is not a built checkout of Tollgate: npm ci && npm run build there`);
  return path.resolve(folder);
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

/** What is to be measured, by name. @param {ReturnType<typeof parseOptions>} options @returns {Record<string, Figure>} */
const chosen = ({ only, before }) => {
  const all =
    before === undefined
      ? figures
      : Object.fromEntries(
          Object.entries(trials).map(([name, trial]) => [
            name,
            (/** @type {Bench} */ bench) => measurePairs(name, trial, { ...bench, before }),
          ]),
        );
  return Object.fromEntries(Object.entries(all).filter(([name]) => only?.includes(name) ?? true));
};

/** @param {Record<string, Figure>} measured @param {{ scratch: string, build: string, isQuick: boolean, events: number | undefined }} options */
const measureAll = async (measured, { scratch, ...options }) => {
  const folder = (/** @type {string} */ name) => {
    fs.mkdirSync(path.join(scratch, name), { recursive: true });
    return path.join(scratch, name);
  };
  /** @type {(import('./report').Section & { name: string })[]} */
  const sections = [];
  let failed = 0;
  for (const [name, figure] of Object.entries(measured)) {
    try {
      const found = await figure({ ...options, folder, say });
      if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
      for (const section of found) {
        print(textOf(section, options));
        sections.push({ name, ...section });
      }
    } catch (error) {
      failed += 1;
      process.stderr.write(`\n${name} could not be measured: ${/** @type {Error} */ (error).stack}\n`);
    }
    fs.rmSync(scratch, { recursive: true, force: true });
  }
  return { sections, failed };
};

const main = async () => {
  const options = readOptions(help, parseOptions);
  const { build, before, events, quick: isQuick } = options;
  const results = path.join(repo, '.cache/bench');
  const scratch = openScratch(results);
  if (options.profile) return print(await profile({ scratch, isQuick }));
  const about = machine();
  print(
    `Node ${about.node}, ${about.cores} cores (${about.processor ?? 'unknown'}), ${about.memoryGb} GB, load before the start ${about.loadBefore ?? '?'}`,
  );
  const startedAt = new Date();
  const { sections, failed } = await measureAll(chosen(options), { scratch, build, isQuick, events });
  const findings = sections.flatMap((section) => section.findings);
  print(`\n${tableOf(findings, { floor: before === undefined ? 'floor in the same run' : 'commit before' })}`);
  const file = path.join(results, `${startedAt.toISOString().replace(/[:.]/g, '-')}.json`);
  fs.writeFileSync(file, `${JSON.stringify({ startedAt, isQuick, before, machine: about, sections }, null, 1)}\n`);
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
