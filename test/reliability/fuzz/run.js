// @ts-check
'use strict';

const { join } = require('node:path');
const { parseArgs } = require('node:util');
const { readOptions, wholeNumber } = require('../../../infra/command');
const { runProof } = require('../proof');
const { checkBy } = require('./check-by');
const { checkClaims } = require('./check-claims');
const { checkFiles } = require('./check-files');
const { checkHistory, checkLog } = require('./check-log');
const { checkAccounts, checkTopics, followLog } = require('./check-topics');
const { createClient, createHttpSide } = require('./http-side');
const { createFileSide } = require('./file-side');
const { checkFloors } = require('./floors');
const { createInputs } = require('./inputs');
const { startKafkaSide } = require('./kafka-side');
const { Random } = require('../random');
const { rawRequests } = require('./raw-requests');
const { readLog } = require('../read-log');
const { Report } = require('./report');
const { runSchemathesis } = require('./schemathesis');
const { startTollgate } = require('./tollgate');

const help = `Sends Tollgate input of every kind that is wrong, and some that is right, over HTTP, Kafka and in files; checks every answer, and that
the log holds exactly what was acknowledged.

  npm run proof:fuzz -- [options]

  --inputs N          how many inputs: lines of batches, single calls, messages (100000)
  --seed S            which inputs (random, printed)
  --no-kafka          over HTTP only
  --no-schemathesis   without driving the OpenAPI document by schemathesis
  --help              this text
`;

const options = readOptions(help, () => {
  const { values } = parseArgs({
    allowNegative: true,
    options: {
      inputs: { type: 'string', default: '100000' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      kafka: { type: 'boolean', default: true },
      schemathesis: { type: 'boolean', default: true },
      help: { type: 'boolean', default: false },
    },
  });
  const inputs = wholeNumber('--inputs', values.inputs, 1);
  return { ...values, inputs, seed: wholeNumber('--seed', values.seed, 0) };
});

const print = (/** @type {string} */ line) => process.stdout.write(`${line}\n`);

/** Of a round: lines in a batch, single calls, messages. Some 80, 10 and 10 in a hundred. */
const round = { lines: 400, calls: 50, messages: 50 };
const roundsAtOnce = 4;
/** Files are imported by the command, which takes a second or so each. */
const fileEvery = 4_000;
const reportEvery = 10_000;

/** @param {number} wanted @param {Report} report */
const createProgress = (wanted, report) => {
  let told = 0;
  return (/** @type {number} */ sent) => {
    if (sent < told + reportEvery) return;
    told = sent;
    print(
      `${Math.min(sent, wanted)} of ${wanted} inputs, ${report.acknowledged.length} acknowledgements, ${report.faultCount} faults`,
    );
  };
};

/**
 * Sends everything, several rounds at once. Inputs are drawn in order, so that a seed gives the same ones.
 * @param {{ tollgate: any, kafka: any, report: Report, folder: string }} parts
 */
const sendAll = async ({ tollgate, kafka, report, folder }) => {
  const wanted = options.inputs;
  const inputs = createInputs(new Random(options.seed), options.seed);
  const client = createClient(tollgate.url);
  const side = createHttpSide(client, report);
  const importFile = createFileSide({ url: tollgate.url, folder: join(folder, 'files'), report });
  const progress = createProgress(wanted, report);
  for (const opening of inputs.openings) {
    const headers = /** @type {[string, string][]} */ ([['content-type', 'application/json']]);
    await side.call({ method: 'POST', path: '/v1/accounts', headers, body: Buffer.from(JSON.stringify(opening)) });
  }
  await tollgate.get(`/v1/accounts?minPosition=${report.newest}`);
  report.begun = report.newest;
  await Promise.all(rawRequests.map((request) => side.raw(request)));
  await side.call({ method: 'GET', path: '/v1/accounts?minPosition=999999999999', headers: [] });
  let sent = 0;
  /** @type {Promise<unknown>} */
  let messages = Promise.resolve();
  /** @type {Promise<unknown>} */
  let files = Promise.resolve();
  let filesDrawn = 0;
  const work = async () => {
    while (sent < wanted && tollgate.ended() === '') {
      const batch = inputs.batch(round.lines);
      const calls = Array.from({ length: round.calls }, () => inputs.request());
      const produced = kafka ? Array.from({ length: round.messages }, () => inputs.message()) : [];
      sent += round.lines + round.calls + produced.length;
      for (; filesDrawn * fileEvery < sent; filesDrawn += 1) {
        const file = inputs.file();
        files = files.then(() => importFile(file));
      }
      messages = messages.then(() => produced.length > 0 && kafka.send(produced, report.newest));
      await Promise.all([side.batch(batch), ...calls.map((request) => side.call(request)), messages]);
      progress(sent);
    }
  };
  await Promise.all(Array.from({ length: roundsAtOnce }, work));
  await files;
  client.close();
};

/** Every item of a list. @param {any} tollgate @param {string} path */
const readAll = async (tollgate, path) => {
  const items = [];
  for (let after = ''; ;) {
    const page = await tollgate.get(`${path}?limit=1000${after}`);
    for (const item of page.items) items.push(item);
    if (page.next === null) return items;
    after = `&after=${encodeURIComponent(page.next)}`;
  }
};

/** What is served once all of the log is read: the accounts, their histories, and how much the topics must hold. @param {any} tollgate */
const readServed = async (tollgate) => {
  const metrics = await (await fetch(`${tollgate.url}/metrics`)).text();
  const position = Number(/tollgate_log_position (\d+)/.exec(metrics)?.[1] ?? '0');
  await fetch(`${tollgate.url}/v1/accounts?limit=1&minPosition=${position}`);
  const accounts = await readAll(tollgate, '/v1/accounts');
  const histories = [];
  for (const { accountId } of accounts)
    for (const item of await readAll(tollgate, `/v1/accounts/${accountId}/history`)) histories.push(item);
  const sum = (/** @type {(account: any) => number} */ count) =>
    accounts.reduce((total, account) => total + count(account), 0);
  const commands = sum(({ traffic }) => Math.max(traffic.inbound.sequence ?? 0, traffic.outbound.sequence ?? 0));
  return { accounts, histories, commands, position };
};

/** @param {any} kafka @param {Awaited<ReturnType<typeof readServed>>} served */
const readPublished = (kafka, { commands, histories, position }) =>
  kafka.published({ commands, rejections: position - histories.length - commands });

/** @param {any} tollgate @param {Report} report */
const stop = async (tollgate, report) => {
  const ended = tollgate.ended() || (await tollgate.stop());
  if (ended !== '0') report.fault(`Tollgate ended with ${ended}`);
  if (tollgate.complaints() !== '') report.fault(`Tollgate complained: ${tollgate.complaints().slice(0, 3_000)}`);
};

/** @param {{ events: any[], served: any[], sent: import('./check-messages').Sent[] }} seen @param {Report} report */
const checkEvents = (seen, report) => {
  const { events, served, sent } = seen;
  checkLog(events, sent, report);
  checkClaims(events, report);
  checkFiles(events, report);
  checkHistory(events, served, report);
  checkBy(seen, report);
};

/** @param {string} folder @param {Report} report */
const fuzz = async (folder, report) => {
  const kafka = options.kafka ? await startKafkaSide() : undefined;
  const data = join(folder, 'data');
  const tollgate = await startTollgate({ data, brokers: kafka?.brokers });
  await tollgate.ready();
  await sendAll({ tollgate, kafka, report, folder });
  await kafka?.settled();
  const served = await readServed(tollgate);
  const published = kafka && (await readPublished(kafka, served));
  await stop(tollgate, report);
  const events = await readLog(data);
  checkEvents({ events, served: served.histories, sent: kafka?.sent ?? [] }, report);
  const oracle = followLog(events, report);
  checkAccounts(oracle, served.accounts, report);
  if (published) checkTopics(oracle, published, report);
  checkFloors(report, { hasKafka: options.kafka });
  await kafka?.close();
  return events.length;
};

/** @param {{ path: string, keep: () => void }} folder @returns {Promise<0 | 1>} */
const prove = async ({ path, keep }) => {
  const startedAt = performance.now();
  const report = new Report((fault) => {
    keep();
    print(fault);
  });
  const events = await fuzz(path, report);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
  print(report.table());
  if (options.schemathesis) await runSchemathesis({ folder: path, seed: options.seed, report, print });
  if (report.faultCount > 0) {
    print(`${report.faultCount} faults, seed ${options.seed}`);
    return 1;
  }
  print(
    `${report.inputs} inputs survived in ${seconds} s, seed ${options.seed}: ${report.acknowledged.length} acknowledgements, ${events} events in the log; 0 faults, nothing changed without an acknowledgement`,
  );
  return 0;
};

print(`${options.inputs} inputs, seed ${options.seed}`);
void runProof({ name: 'fuzz', seed: options.seed, prove });
