import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startBroker } from '../../infra/kafka/broker';
import type { Broker } from '../../infra/kafka/broker';
import { get, openPrepaid, post } from './support/api';
import type { Fields } from './support/api';
import { deliveryFaultsOf, outsideOf, sendEntries, untilConsumed, untilPublished } from './support/kafka-scenario';
import { untilReady } from './support/kafka-observer';
import { newStoreLedger } from './support/set-ups';
import { createDataFolder, spawnTollgate, startTollgate } from './support/tollgate-process';
import { entriesOf } from './support/traffic-load';
import { until } from './support/until';
import { inconsistenciesOf, readWholeState } from './support/whole-state';
import type { WholeState } from './support/whole-state';

const root = resolve(__dirname, '../..');
const program = `node ${join(root, 'services/tollgate/bin/tollgate.js')}`;
const accounts = ['north', 'south', 'east', 'west'];
const topicPrefix = 'moving.';
const group = `${topicPrefix}group`;

/** The examples of the runbook, in their order; where the store is, the test knows. */
const [, copyBeforehand, backUp, copyRest, startThere, nameStore, goBack] = [
  ...readFileSync(join(root, 'infra/MOVING.md'), 'utf8').matchAll(/```sh\n([\s\S]*?)```/g),
].map(([, block = '']) => block);

let broker: Broker;
let parts: ReturnType<typeof outsideOf>;
let folder: string;
let environment: NodeJS.ProcessEnv;
beforeAll(async () => {
  broker = await startBroker();
  parts = outsideOf(broker, topicPrefix);
  folder = await createDataFolder();
  const { EVENTSTORE_URL: url, EVENTSTORE_STREAM_PREFIX: prefix } = await newStoreLedger();
  environment = {
    ...{ TOLLGATE_PORT: '0', TOLLGATE_LOG_LEVEL: 'warn', EVENTSTORE_STREAM_PREFIX: prefix, EVENTSTORE_URL_TO: url },
    ...{ EVENTSTORE_STREAM_PREFIX_TO: prefix, EVENTSTORE_STREAM_PREFIX_FROM: prefix },
    ...{ KAFKA_BROKERS: broker.brokers.join(','), KAFKA_TOPIC_PREFIX: topicPrefix, KAFKA_GROUP: group },
  };
});
afterAll(async () => {
  for (const stop of [...serving]) await stop('SIGKILL');
  await parts.outside.close();
  await broker.stop();
});

const scriptOf = (...examples: (string | undefined)[]): string[] => [
  ...['-e', '-c'],
  examples.join('\n').replaceAll('npx tollgate', program),
];
const shell = () => ({ cwd: folder, env: { PATH: process.env['PATH'], ...environment } });

/** Runs examples to their end, in one shell. */
const run = (...examples: (string | undefined)[]): { code: number | null; stdout: string } => {
  const { status, stdout, stderr } = spawnSync('bash', scriptOf(...examples), { ...shell(), encoding: 'utf8' });
  return { code: status, stdout: status === 0 ? stdout : stdout + stderr };
};

/** What serves now. */
const serving = new Set<(signal: NodeJS.Signals) => Promise<void>>();

/** Runs examples whose last command serves, until it is stopped. */
const serve = async (...examples: (string | undefined)[]) => {
  const child = spawn('bash', scriptOf(...examples), {
    ...shell(),
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, 'close');
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    serving.delete(stop);
    process.kill(-(child.pid ?? NaN), signal);
    await ended;
  };
  serving.add(stop);
  const url = await until('it listens', () => /listens on (http:\S+?),/.exec(output)?.[1], 60_000);
  await untilReady(url);
  return { url, stop: () => stop('SIGTERM') };
};

/** What a ledger tells of itself, but where in its log. */
const toldBy = ({ accounts: told, histories, blocked, commands }: WholeState) => ({
  accounts: told.map(withoutPosition),
  histories: histories.map((items) => items.map(withoutPosition)),
  blocked,
  commands: commands.map(({ command }) => command).sort((one, other) => (one.commandId < other.commandId ? -1 : 1)),
});
const withoutPosition = ({ position: _position, ...told }: Fields): Fields => told;

const digestIn = (stdout: string): string | undefined => /without positions: ([0-9a-f]{64})\n/.exec(stdout)?.[1];

/** What was refused: once for each message, however often that is read. */
const rejections = (name: NodeJS.ProcessEnv): number => {
  const { stdout } = spawnSync('bash', scriptOf('npx tollgate export'), {
    ...shell(),
    env: { ...shell().env, ...name },
    encoding: 'utf8',
  });
  return stdout.split('\n').filter((line) => line.includes('"type":"MessageRejected"')).length;
};

test('the runbook: a ledger moves into a store while it is used, and back, and tells, counts and publishes the same', async () => {
  const inFolder = await serve('npx tollgate serve --data data');
  await openPrepaid(inFolder.url, accounts);
  await sendEntries(parts, [...entriesOf(accounts, 0, 200), { kind: 'usage', usageId: 'broken', accountId: 'north' }]);
  await untilConsumed(parts, group);
  expect(run(copyBeforehand)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('It is not served yet') as string,
  });
  await sendEntries(parts, entriesOf(accounts, 200, 100));
  await untilConsumed(parts, group);
  const before = await readWholeState(inFolder.url);
  expect(inconsistenciesOf(before)).toEqual([]);
  await inFolder.stop();

  expect(run(backUp)).toMatchObject({ code: 0 });
  const there = run(copyRest);
  expect(there).toMatchObject({ code: 0, stdout: expect.stringContaining('SHA-256 of both') as string });
  const inStore = await serve(startThere);
  expect(toldBy(await readWholeState(inStore.url))).toEqual(toldBy(before));
  const [lastId] = before.commands.slice(-1).map(({ id }) => id);
  const headers = { accept: 'text/event-stream', 'last-event-id': String(lastId) };
  expect((await fetch(`${inStore.url}/v1/traffic-control`, { headers })).status).toBe(400);

  await sendEntries(parts, entriesOf(accounts, 300, 100));
  await untilConsumed(parts, group);
  const payment = { paymentId: 'http', accountId: 'north', direction: 'inbound', amount: '1', currency: 'EUR' };
  expect((await post(inStore.url, '/v1/payments', payment)).status).toBe(201);
  const moved = await readWholeState(inStore.url);
  expect(inconsistenciesOf(moved)).toEqual([]);
  await inStore.stop();
  expect(rejections({ EVENTSTORE_URL: environment['EVENTSTORE_URL_TO'], TOLLGATE_DATA: 'data.store' })).toBe(1);

  const [copyBack, serveBack] = (goBack ?? '').split(/\n(?=npx tollgate serve)/);
  expect(digestIn(run(nameStore, copyBack).stdout)).toMatch(/^[0-9a-f]{64}$/);
  const back = await serve(serveBack);
  expect(toldBy(await readWholeState(back.url))).toEqual(toldBy(moved));
  // Where they were before they moved, they are again.
  const [known] = before.commands;
  expect((await readWholeState(back.url)).commands[0]).toEqual(known);
  expect((await post(back.url, '/v1/payments', payment)).body).toMatchObject({ duplicate: true });
  expect((await get(back.url, '/v1/accounts/north')).status).toBe(200);
  const published = await parts.outside.read(parts.topics.trafficControl);
  await untilPublished(published, moved.commands.length);
  expect(deliveryFaultsOf(published.messages)).toEqual([]);
  expect(new Set(published.messages.map(({ value }) => String(value))).size).toBe(moved.commands.length);
  await back.stop();
  expect(rejections({ TOLLGATE_DATA: 'data' })).toBe(1);
});

/** A ledger of accounts in the store, and a folder that is an old copy of it; both read with the same flags. */
const copyInFolder = async (prefix: string) => {
  const flags = ['--kafka-topic-prefix', prefix, '--kafka-group', `${prefix}group`];
  const { EVENTSTORE_URL: url, EVENTSTORE_STREAM_PREFIX: streams } = await newStoreLedger();
  const environment = { EVENTSTORE_URL: url, EVENTSTORE_STREAM_PREFIX: streams };
  const inStore = await startTollgate({ data: await createDataFolder(), environment });
  await untilReady(inStore.url);
  await openPrepaid(inStore.url, accounts);
  await inStore.stop();
  const data = join(await createDataFolder(), 'data');
  const places = { EVENTSTORE_URL_FROM: url, EVENTSTORE_STREAM_PREFIX_FROM: streams };
  const args = ['copy-log', '--from', 'eventstore', '--to', `folder:${data}`];
  expect(await spawnTollgate(args, places).exited).toMatchObject({ code: 0 });
  return {
    startStore: async () => startTollgate({ data: await createDataFolder(), ...broker, flags, environment }),
    startFolder: () => startTollgate({ data, ...broker, flags }),
  };
};

const untilShutOut = (url: string): Promise<string> =>
  until('one says that it reads nothing', async () => {
    const { status, body } = await get(url, '/readyz');
    const kafka = (body['parts'] as { name: string; detail: string }[]).find(({ name }) => name === 'kafka');
    return status === 503 && kafka?.detail.includes('go to another log') === true && kafka.detail;
  });

const revisionsOf = async (url: string) => (await readWholeState(url)).accounts.map(({ revision }) => revision);

test('an old folder that is started beside the store used to take a share of the messages without a word: it gets none, and says so', async () => {
  const prefix = 'beside.';
  const { outside, topics } = outsideOf(broker, prefix);
  const { startStore, startFolder } = await copyInFolder(prefix);
  const inStore = await startStore();
  await untilReady(inStore.url);
  const inFolder = await startFolder();
  const told = await untilShutOut(inFolder.url);
  expect(told).toMatch(
    /the messages of group beside\.group go to another log, by tollgate at \S+, which was there first/,
  );
  await sendEntries({ outside, topics }, entriesOf(accounts, 0, 200));
  await untilConsumed({ outside, topics }, `${prefix}group`);
  expect(await revisionsOf(inStore.url)).toEqual(accounts.map(() => 50));
  expect(await revisionsOf(inFolder.url)).toEqual(accounts.map(() => 0));
  await inFolder.stop();
  await inStore.stop();
  await outside.close();
});

test('what the old folder had read first used to be lost to the store, ready all the while: once the folder stops, the store reads all of it', async () => {
  const prefix = 'before.';
  const { outside, topics } = outsideOf(broker, prefix);
  const { startStore, startFolder } = await copyInFolder(prefix);
  const inFolder = await startFolder();
  await untilReady(inFolder.url);
  const inStore = await startStore();
  await untilShutOut(inStore.url);
  await sendEntries({ outside, topics }, entriesOf(accounts, 0, 200));
  await untilConsumed({ outside, topics }, `${prefix}group`);
  expect(await revisionsOf(inStore.url)).toEqual(accounts.map(() => 0));
  await inFolder.stop();
  await until('the store has all of it', async () => (await revisionsOf(inStore.url)).every((count) => count === 50));
  await untilReady(inStore.url);
  expect(inStore.output().match(/The log is an older copy/g)).toHaveLength(1);
  await inStore.stop();
  await outside.close();
});
