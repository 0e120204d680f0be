import { ConfigResourceTypes } from 'kafkajs';
import { cp, readdir, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { startBroker } from '../../infra/kafka/broker';
import type { Broker } from '../../infra/kafka/broker';
import { get, post, postBatch } from './support/api';
import type { Fields } from './support/api';
import { untilReady } from './support/kafka-observer';
import type { Received } from './support/kafka-observer';
import { outsideOf, startOnKafka } from './support/kafka-scenario';
import { createDataFolder, runTollgate } from './support/tollgate-process';
import type { Tollgate } from './support/tollgate-process';
import { until } from './support/until';

const accounts = ['north', 'south', 'east', 'west', 'up', 'down'];

let broker: Broker;
let tollgate: Tollgate;
let parts: ReturnType<typeof outsideOf>;
let data: string;
let prefix: string;
let tests = 0;

beforeAll(async () => {
  broker = await startBroker();
});

afterAll(() => broker.stop());

beforeEach(async () => {
  tests += 1;
  prefix = `lost-${String(tests)}.`;
  data = await createDataFolder();
  parts = outsideOf(broker, prefix);
  await start();
  await untilReady(tollgate.url);
  for (const accountId of accounts)
    await post(tollgate.url, '/v1/accounts', { accountId, currency: 'EUR', cutoff: { balances: ['inbound'] } });
  await pay(accounts, '5');
});

afterEach(async () => {
  await tollgate.kill();
  await parts.outside.close();
});

const start = async (brokers = broker.brokers): Promise<void> => {
  tollgate = await startOnKafka(brokers, { data, prefix });
};

let payments = 0;

/** Each payment or charge of more than the balance turns the account's traffic. */
const pay = async (accountIds: readonly string[], amount: string): Promise<void> => {
  payments += 1;
  const id = `t-${String(payments)}`;
  const entries = accountIds.map((accountId) => ({
    ...(amount.startsWith('-') ? { kind: 'usage', usageId: id } : { kind: 'payment', paymentId: id }),
    ...{ accountId, direction: 'inbound', amount: amount.replace('-', ''), currency: 'EUR' },
  }));
  const answers = await postBatch(tollgate.url, entries);
  expect(answers.map(({ status }) => status)).toEqual(accountIds.map(() => 201));
};

/** What `topic` holds, without waiting for more than its end. */
const contentOf = async (topic: string, { outside } = parts): Promise<Received[]> => {
  const admin = outside.kafka.admin();
  await admin.connect();
  const spans = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const count = spans.reduce((sum, { low, high }) => sum + Number(high) - Number(low), 0);
  if (count === 0) return [];
  const reader = await outside.read(topic);
  const messages = await reader.untilCount(count);
  return [...messages];
};

const text = ({ key, value, headers }: Received) => ({ key, value: value?.toString(), headers });

/** The last message of each key, as it is byte for byte. */
const lastOfKeys = (messages: readonly Received[]) => new Map(messages.map((message) => [message.key, text(message)]));

const untilPublished = (count: number, from = parts): Promise<Received[]> =>
  until(`${String(count)} commands`, async () => {
    const messages = await contentOf(parts.topics.trafficControl, from).catch(() => []);
    return messages.length >= count && messages;
  });

const relayPart = async (): Promise<{ status: number; detail: string }> => {
  const { status, body } = await get(tollgate.url, '/readyz');
  const found = (body['parts'] as Fields[]).find(({ name }) => name === 'traffic-control relay');
  return { status, detail: (found?.['detail'] ?? '') as string };
};

/** Follows /readyz, so that no moment of it is missed. */
const followReadiness = () => {
  const details: string[] = [];
  const ending = new AbortController();
  const isOver = (): boolean => ending.signal.aborted;
  const ended = (async () => {
    while (!isOver()) {
      const { status, detail } = await relayPart();
      if (status !== 200) details.push(detail);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();
  return async (): Promise<string[]> => {
    ending.abort();
    await ended;
    return details;
  };
};

const withAdmin = async (
  act: (admin: ReturnType<typeof parts.outside.kafka.admin>) => Promise<unknown>,
): Promise<void> => {
  const admin = parts.outside.kafka.admin();
  await admin.connect();
  await act(admin);
  await admin.disconnect();
};

const deleteTopic = () => withAdmin((admin) => admin.deleteTopics({ topics: [parts.topics.trafficControl] }));

it('a topic that is deleted and created anew while Tollgate runs gets the last command of each key again, where it stayed empty', async () => {
  const before = lastOfKeys(await untilPublished(12));
  const end = followReadiness();
  await deleteTopic();
  const topic = { topic: parts.topics.trafficControl, numPartitions: 3 };
  await withAdmin((admin) => admin.createTopics({ topics: [topic] }).catch(() => undefined));
  expect(lastOfKeys(await untilPublished(6))).toEqual(before);
  await untilReady(tollgate.url);
  expect((await end()).join('\n')).toContain('nothing is published since');
  await pay(['north'], '-9');
  const after = await untilPublished(7);
  expect(after.at(-1)?.value?.toString()).toContain('"sequence":3');
});

it('a command decided before the loss is noticed is not taken for all there is', async () => {
  const before = lastOfKeys(await untilPublished(12));
  await deleteTopic();
  const topic = { topic: parts.topics.trafficControl, numPartitions: 6 };
  await withAdmin((admin) => admin.createTopics({ topics: [topic] }).catch(() => undefined));
  await pay(['north'], '-9');
  await until('each key is there', async () => lastOfKeys(await untilPublished(6)).size === 6);
  await untilReady(tollgate.url);
  const after = lastOfKeys(await contentOf(parts.topics.trafficControl));
  expect(after.get('north/inbound')?.value).toContain('"sequence":3');
  before.delete('north/inbound');
  after.delete('north/inbound');
  expect(after).toEqual(before);
});

it('a topic that is only deleted is made anew, compacted, where commands used to wait for ever', async () => {
  const before = lastOfKeys(await untilPublished(12));
  await deleteTopic();
  expect(lastOfKeys(await untilPublished(6))).toEqual(before);
  await withAdmin(async (admin) => {
    const { resources } = await admin.describeConfigs({
      resources: [
        { type: ConfigResourceTypes.TOPIC, name: parts.topics.trafficControl, configNames: ['cleanup.policy'] },
      ],
      includeSynonyms: false,
    });
    expect(resources[0]?.configEntries[0]?.configValue).toBe('compact');
  });
});

/** The broker deletes records of a topic only while it is not compacted. */
const empty = (topic: string) =>
  withAdmin(async (admin) => {
    const setPolicy = (value: string) =>
      admin.alterConfigs({
        validateOnly: false,
        resources: [
          { type: ConfigResourceTypes.TOPIC, name: topic, configEntries: [{ name: 'cleanup.policy', value }] },
        ],
      });
    await setPolicy('delete');
    const spans = await admin.fetchTopicOffsets(topic);
    const filled = spans.filter(({ low, high }) => low !== high);
    await until('the topic is no longer compacted', () =>
      admin
        .deleteTopicRecords({ topic, partitions: filled.map(({ partition, high }) => ({ partition, offset: high })) })
        .then(
          () => true,
          () => false,
        ),
    );
    await setPolicy('compact');
  });

it('a topic that was emptied while Tollgate was stopped gets the last command of each key again', async () => {
  const before = lastOfKeys(await untilPublished(12));
  await tollgate.stop();
  await empty(parts.topics.trafficControl);
  await start();
  expect(lastOfKeys(await untilPublished(6))).toEqual(before);
  await untilReady(tollgate.url);
  expect(await untilPublished(6)).toHaveLength(6);
});

it('a topic of which one partition was emptied gets what that one held, and nothing else twice', async () => {
  const whole = await untilPublished(12);
  await tollgate.kill();
  const victim = whole[0]?.partition;
  const others = whole.filter(({ partition }) => partition !== victim);
  await withAdmin(async (admin) => {
    const topic = parts.topics.trafficControl;
    const resource = {
      type: ConfigResourceTypes.TOPIC,
      name: topic,
      configEntries: [{ name: 'cleanup.policy', value: 'delete' }],
    };
    await admin.alterConfigs({ validateOnly: false, resources: [resource] });
    await until('the records are deleted', () =>
      admin.deleteTopicRecords({ topic, partitions: [{ partition: victim ?? 0, offset: '-1' }] }).then(
        () => true,
        () => false,
      ),
    );
  });
  await start();
  await untilReady(tollgate.url);
  const after = await contentOf(parts.topics.trafficControl);
  expect(lastOfKeys(after)).toEqual(lastOfKeys(whole));
  expect(after.filter(({ partition }) => partition !== victim)).toHaveLength(others.length);
});

it('on another cluster, whose topics are empty, the last command of each key is published', async () => {
  const before = lastOfKeys(await untilPublished(12));
  await tollgate.stop();
  const second = await startBroker();
  const elsewhere = outsideOf(second, prefix);
  await start(second.brokers);
  expect(lastOfKeys(await untilPublished(6, elsewhere))).toEqual(before);
  await untilReady(tollgate.url);
  expect(tollgate.output()).toContain('its topic has lost messages');
  await tollgate.kill();
  await elsewhere.outside.close();
  await second.stop();
});

it('a restart, a kill and a position file of an earlier Tollgate repeat nothing where nothing is lost', async () => {
  await untilPublished(12);
  await tollgate.stop();
  await start();
  await untilReady(tollgate.url);
  await tollgate.kill();
  for (const name of await readdir(join(data, 'relays'))) await truncate(join(data, 'relays', name), 128);
  await start();
  await untilReady(tollgate.url);
  expect(await contentOf(parts.topics.trafficControl)).toHaveLength(12);
});

it('a lost topic is noticed also with a position file of an earlier Tollgate', async () => {
  const before = lastOfKeys(await untilPublished(12));
  await tollgate.stop();
  for (const name of await readdir(join(data, 'relays'))) await truncate(join(data, 'relays', name), 128);
  await deleteTopic();
  await start();
  expect(lastOfKeys(await untilPublished(6))).toEqual(before);
});

it('a topic ahead of a log that was restored from an older copy gets nothing until it is reset, where sequences used to come twice with other content', async () => {
  await untilPublished(12);
  await tollgate.stop();
  const copy = join(await createDataFolder(), 'copy');
  await cp(data, copy, { recursive: true });
  await start();
  await pay(['north', 'south'], '-9');
  await untilPublished(14);
  await tollgate.stop();
  await rm(data, { recursive: true });
  await cp(copy, data, { recursive: true });

  await start();
  await pay(['north'], '-7');
  const { status, detail } = await until('the topic was looked at', async () => {
    const part = await relayPart();
    return part.detail.includes('is ahead') && part;
  });
  expect([status, detail]).toEqual([503, expect.stringContaining('tollgate topics reset --yes')]);
  expect(detail).toMatch(/a command of account (north|south), sequence 3, that the log does not/);
  expect(await contentOf(parts.topics.trafficControl)).toHaveLength(14);

  const kafka = ['--kafka-brokers', broker.brokers.join(','), '--kafka-topic-prefix', prefix];
  const checked = await runTollgate('topics', 'check', '--data', data, ...kafka);
  expect([checked.code, checked.output]).toEqual([1, expect.stringContaining('2 that the log does not have')]);
  const asked = await runTollgate('topics', 'reset', ...kafka);
  expect([asked.code, asked.output]).toEqual([2, expect.stringContaining('--yes')]);
  expect((await relayPart()).detail).toContain('is ahead');
  expect((await runTollgate('topics', 'reset', '--yes', ...kafka)).code).toBe(0);
  await untilReady(tollgate.url);
  const after = lastOfKeys(await untilPublished(6));
  expect([...after.values()].map(({ value }) => (JSON.parse(value ?? '') as Fields)['sequence'])).toEqual(
    expect.arrayContaining([3, 2]),
  );
  const again = await runTollgate('topics', 'check', '--data', data, ...kafka);
  expect([again.code, again.output]).toEqual([0, expect.stringContaining('all as it should be')]);
});

it('a new ledger on the topic of another publishes nothing and says so, where both used to write to it', async () => {
  await untilPublished(12);
  await tollgate.stop();
  data = await createDataFolder();
  tollgate = await startOnKafka(broker.brokers, { data, prefix, group: `${prefix}other` });
  await post(tollgate.url, '/v1/accounts', { accountId: 'x', currency: 'EUR', cutoff: { balances: ['inbound'] } });
  await until('the topic was looked at', async () => (await relayPart()).detail.includes('is ahead'));
  expect(await contentOf(parts.topics.trafficControl)).toHaveLength(12);
});

describe('by hand', () => {
  const kafka = () => ['--data', data, '--kafka-brokers', broker.brokers.join(','), '--kafka-topic-prefix', prefix];

  it('`tollgate topics check` names what a topic lacks, and `republish` publishes the last of each key', async () => {
    const before = lastOfKeys(await untilPublished(12));
    expect(await runTollgate('topics', 'check', ...kafka())).toMatchObject({ code: 0 });
    const beside = await runTollgate('topics', 'republish', 'traffic-control', ...kafka());
    expect([beside.code, beside.output]).toEqual([1, expect.stringContaining('stop')]);
    await tollgate.stop();
    await empty(parts.topics.trafficControl);
    const checked = await runTollgate('topics', 'check', ...kafka());
    expect([checked.code, checked.output]).toEqual([
      1,
      expect.stringContaining('6 keys whose last command is missing'),
    ]);
    const done = await runTollgate('topics', 'republish', 'traffic-control', ...kafka());
    expect([done.code, done.output]).toEqual([0, expect.stringContaining('6 messages')]);
    expect(lastOfKeys(await contentOf(parts.topics.trafficControl))).toEqual(before);
    expect(await runTollgate('topics', 'check', ...kafka())).toMatchObject({ code: 0 });
    await start();
    await untilReady(tollgate.url);
    expect(await contentOf(parts.topics.trafficControl)).toHaveLength(6);
  });

  it('the rejected topic, deleted, holds every rejection again', async () => {
    await parts.outside.send(parts.topics.payments, [
      { key: 'x', value: 'nonsense' },
      { key: 'y', value: '{}' },
    ]);
    const rejected = () =>
      until('two rejections', async () => {
        const messages = await contentOf(parts.topics.rejected).catch(() => []);
        return messages.length >= 2 && messages;
      });
    const before = lastOfKeys(await rejected());
    await withAdmin((admin) => admin.deleteTopics({ topics: [parts.topics.rejected] }));
    expect(lastOfKeys(await rejected())).toEqual(before);
    await tollgate.stop();
    const done = await runTollgate('topics', 'republish', 'rejected', ...kafka());
    expect([done.code, done.output]).toEqual([0, expect.stringContaining('2 messages')]);
    expect(await contentOf(parts.topics.rejected)).toHaveLength(4);
  });
});
