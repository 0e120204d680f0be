import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startBroker } from '../../infra/kafka/broker';
import type { Broker } from '../../infra/kafka/broker';
import { readLog } from '../reliability/read-log';
import { linesOf, readAll, send } from '../scenarios/support/api';
import { openCommandStream } from '../scenarios/support/command-stream';
import { outsideOf, startOnKafka } from '../scenarios/support/kafka-scenario';
import { untilReady } from '../scenarios/support/kafka-observer';
import { runTollgate } from '../scenarios/support/tollgate-process';
import type { Tollgate } from '../scenarios/support/tollgate-process';
import { until } from '../scenarios/support/until';
import { isMadeAfterKill, readTold, removeUnpacked, unpack } from './history';
import type { Told, ToldCall } from './history';

let told: Told;
let broker: Broker;
let tollgate: Tollgate;
let outside: ReturnType<typeof outsideOf>;
/** Commands that the topic held before Tollgate began: one that was sent twice, where a broker was slow, stands there twice. */
let there: number;

const upgrade = async (data: string): Promise<void> => {
  const { code, output } = await runTollgate('upgrade', data);
  if (code !== 0) throw new Error(output);
};

type Decided = { accountId: string; sequence: number; decidedAt: string };
const commandIn = (data: string): Decided => JSON.parse(data) as Decided;

/** A command in whose place another time may stand: it was made by the start after the kill. */
const withoutTime = (data: string) => ({ ...commandIn(data), decidedAt: undefined });

const byKey = (one: Decided | object, other: Decided | object): number =>
  JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;

/** Every time that a decision after the kill has put somewhere. */
const timesAfterKill = (): Set<string> =>
  new Set(
    told.after.commands.flatMap(({ data }) =>
      commandIn(data).decidedAt >= told.killedAt ? commandIn(data).decidedAt : [],
    ),
  );

/** Of what was made after the kill, the time is that of the start. */
const withoutNewTimes = (value: unknown, isNew: (time: string) => boolean): unknown =>
  JSON.parse(JSON.stringify(value), (key, field: unknown) =>
    key === 'since' && typeof field === 'string' && isNew(field) ? 'new' : field,
  );

describe.each([
  { name: 'lmdb-1', isOld: true },
  { name: 'file-1', isOld: false },
  { name: 'file-2', isOld: false },
  { name: 'file-3', isOld: false },
  { name: 'file-4', isOld: false },
  { name: 'file-5', isOld: false },
])('a ledger that goes on from $name, the leftover of a kill,', ({ name, isOld }) => {
  beforeAll(async () => {
    told = await readTold(name);
    const data = await unpack(name);
    if (isOld) await upgrade(data);
    broker = await startBroker();
    const prefix = `${name}.`;
    outside = outsideOf(broker, prefix);
    await fillTopics();
    tollgate = await startOnKafka(broker.brokers, {
      data,
      prefix,
      environment: { AUTHORIZE_WITH_PRICE: '1', ...keysBeside(data) },
    });
    await untilReady(tollgate.url);
  });

  afterAll(async () => {
    await tollgate.kill();
    await outside.outside.close();
    await broker.stop();
    await removeUnpacked();
  });

  test('answers for every account as before', async () => {
    const accounts = await readAll(tollgate.url, '/v1/accounts');
    const old = timesAfterKill();
    expect(withoutNewTimes(accounts, (time) => time > told.killedAt)).toEqual(
      withoutNewTimes(told.after.accounts, (time) => old.has(time)),
    );
  });

  test('tells every history item byte for byte', async () => {
    for (const [accountId, items] of Object.entries(told.after.histories))
      expect(
        (await readAll(tollgate.url, `/v1/accounts/${accountId}/history`)).map((item) => JSON.stringify(item)),
      ).toEqual(items.map((item) => JSON.stringify(item)));
  });

  test('blocks whom it blocked', async () => {
    const old = timesAfterKill();
    const blocked = await readAll(tollgate.url, '/v1/traffic-control');
    expect(withoutNewTimes(blocked, (time) => time > told.killedAt)).toEqual(
      withoutNewTimes(told.after.blocked, (time) => old.has(time)),
    );
  });

  test('streams every command with its id and bytes, then those that the kill had kept from the log', async () => {
    const stream = await openCommandStream(tollgate.url, { path: '/v1/traffic-control?from=start' });
    const sent = told.after.commands.filter((command) => !isMadeAfterKill(told, command));
    await until('every command', () => stream.events.length >= told.after.commands.length);
    stream.close();
    const events = stream.events.map(({ id, command }) => ({ id, data: JSON.stringify(command) }));
    expect(events.slice(0, sent.length)).toEqual(sent);
    const made = told.after.commands.slice(sent.length).map(({ data }) => withoutTime(data));
    expect(
      events
        .slice(sent.length)
        .map(({ data }) => withoutTime(data))
        .sort(byKey),
    ).toEqual(made.sort(byKey));
  });

  test('publishes only what the old relay had not been acknowledged', async () => {
    const expected = told.after.commands
      .filter(({ id }) => BigInt(id) > BigInt(told.relays['traffic-control']))
      .map(({ data }) => withoutTime(data));
    const commands = await outside.outside.read(outside.topics.trafficControl);
    await commands.untilCount(there + expected.length);
    const before = new Set(acknowledgedBefore());
    const published = commands.messages.map(({ value }) => String(value)).filter((value) => !before.has(value));
    expect(published.map(withoutTime).sort(byKey)).toEqual(expected.sort(byKey));
    expect(await sizeOf(outside.topics.trafficControl)).toBe(there + expected.length);
    const refusals = await outside.outside.read(outside.topics.rejected);
    const expectedKeys = [...rejectedBefore().map(({ key }) => key), ...(await rejectionsMissing())];
    await refusals.untilCount(expectedKeys.length);
    expect(refusals.messages.map(({ key }) => key).sort()).toEqual(expectedKeys.sort());
  });

  test('answers what is sent again as it answered then, and counts nothing twice', async () => {
    const before = await readAll(tollgate.url, '/v1/accounts');
    let repeated = 0;
    for (const call of told.told) {
      const { body, answers } = finalPartOf(call);
      if (answers.length === 0) continue;
      const again = linesOf((await send(tollgate.url, { ...requestOf(call), body })).text);
      expect(again.map(withoutDuplicate)).toEqual(answers.map(withoutDuplicate));
      repeated += answers.length;
    }
    expect(repeated).toBeGreaterThan(900);
    expect(await readAll(tollgate.url, '/v1/accounts')).toEqual(before);
  });
});

/** Where numbers were sealed, their keys were recorded too. */
const keysBeside = (data: string): NodeJS.ProcessEnv => {
  const keys = join(data, '..', 'keys');
  return existsSync(keys) ? { TOLLGATE_NUMBER_KEYS: keys } : {};
};

/** The commands that the broker had acknowledged before the kill. */
const acknowledgedBefore = (): string[] =>
  told.after.commands.filter(({ id }) => BigInt(id) <= BigInt(told.relays['traffic-control'])).map(({ data }) => data);

/** As the broker had them: where a topic has lost what it had, Tollgate would publish it again. */
const fillTopics = async (): Promise<void> => {
  const { trafficControl, rejected } = outside.topics;
  const keyOf = (data: string): string => {
    const { accountId, direction } = JSON.parse(data) as { accountId: string; direction: string };
    return `${accountId}/${direction}`;
  };
  const admin = outside.outside.kafka.admin();
  await admin.connect();
  const cleaned = { configEntries: [{ name: 'cleanup.policy', value: 'compact' }] };
  await admin.createTopics({
    topics: [
      { topic: trafficControl, numPartitions: 3, ...cleaned },
      { topic: rejected, numPartitions: 6 },
    ],
    waitForLeaders: true,
  });
  await admin.disconnect();
  await outside.outside.send(
    trafficControl,
    acknowledgedBefore().map((value) => ({ key: keyOf(value), value })),
  );
  there = await sizeOf(trafficControl);
  await outside.outside.send(rejected, rejectedBefore());
};

/** Each in its partition, in order. */
const rejectedBefore = () =>
  told.topics
    .filter(({ topic }) => topic.endsWith('rejected.v1'))
    .sort((one, other) => Number(one.offset) - Number(other.offset))
    .map(({ partition, key, value }) => ({ partition, key, value }));

type Body = Record<string, unknown>;

/** Recorded, recorded before, or a conflict: for ever. A rule may have changed since, and what was not there may have come. */
const isFinal = ({ code }: Body): boolean => code === undefined || code === 'ID_CONFLICT';

/** The lines of a call, mostly one, that are answered the same for ever. */
const finalPartOf = (call: ToldCall): { body: string; answers: Body[] } => {
  if (call.status === null || call.method !== 'POST') return { body: '', answers: [] };
  const lines = call.path === '/v1/batch' ? call.body.split('\n') : [call.body];
  const pairs = linesOf(call.answer).map((answer, at) => ({ line: lines[at] ?? '', answer }));
  const final = pairs.filter(({ answer }) => isFinal(answer));
  return { body: final.map(({ line }) => line).join('\n'), answers: final.map(({ answer }) => answer) };
};

const requestOf = ({ method, path }: ToldCall) => {
  const type = path === '/v1/batch' ? 'application/x-ndjson' : 'application/json';
  return { method, path, headers: { 'content-type': type } };
};

/** The first answer says 201, no duplicate, and that nothing is shredded yet; all else is the same for ever. */
const withoutDuplicate = ({ status, duplicate, shredded: _shredded, ...answer }: Body): Body =>
  duplicate === undefined ? { status, ...answer } : answer;

/** Of every refused message in the log. */
const keysOfRejections = async (): Promise<string[]> => {
  const events = (await readLog(tollgate.data)) as { type: string; data: { source: Source } }[];
  return events.flatMap(({ type, data: { source } }) =>
    type === 'MessageRejected' ? `${source.topic}/${String(source.partition)}/${source.offset}` : [],
  );
};

type Source = { topic: string; partition: number; offset: string };

/** In the topic, of those in the log. */
const rejectionsMissing = async (): Promise<string[]> => {
  const there = new Set(rejectedBefore().map(({ key }) => key));
  return (await keysOfRejections()).filter((key) => !there.has(key));
};

/** Messages in all partitions of a topic. */
const sizeOf = async (topic: string): Promise<number> => {
  const admin = outside.outside.kafka.admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  return offsets.reduce((sum, { high }) => sum + Number(high), 0);
};
