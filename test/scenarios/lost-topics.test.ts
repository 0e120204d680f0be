import { ConfigResourceTypes } from 'kafkajs';
import { readdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { startBroker } from '../../infra/kafka/broker';
import { untilReady } from './support/kafka-observer';
import { outsideOf } from './support/kafka-scenario';
import { useOwnTopics } from './support/own-topics';
import {
  contentOf,
  emptyPartitions,
  lastOfKeys,
  relayPart,
  turnTraffic,
  untilHolding,
  withAdmin,
} from './support/topic-content';
import { until } from './support/until';

const accounts = ['north', 'south', 'east', 'west', 'up', 'down'];

const own = useOwnTopics('lost', accounts, { 'log.cleaner.backoff.ms': 500 });
const { start } = own;

/** Follows /readyz, so that no moment of it is missed. */
const followReadiness = () => {
  const details: string[] = [];
  const ending = new AbortController();
  const isOver = (): boolean => ending.signal.aborted;
  const ended = (async () => {
    while (!isOver()) {
      const { status, detail } = await relayPart(own.tollgate.url);
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

const deleteTopic = () =>
  withAdmin(own.parts, (admin) => admin.deleteTopics({ topics: [own.parts.topics.trafficControl] }));

it('a topic that is deleted and created anew while Tollgate runs gets the last command of each key again, where it stayed empty', async () => {
  const before = lastOfKeys(await untilHolding(own.parts, 12));
  const end = followReadiness();
  await deleteTopic();
  const topic = { topic: own.parts.topics.trafficControl, numPartitions: 3 };
  await withAdmin(own.parts, (admin) => admin.createTopics({ topics: [topic] }).catch(() => undefined));
  expect(lastOfKeys(await untilHolding(own.parts, 6))).toEqual(before);
  await untilReady(own.tollgate.url);
  expect((await end()).join('\n')).toContain('nothing is published since');
  await turnTraffic(own.tollgate.url, ['north'], '-9');
  const after = lastOfKeys(await untilHolding(own.parts, 7));
  expect(after.get('north/inbound')?.value).toContain('"sequence":3');
});

it('a command decided before the loss is noticed is not taken for all there is', async () => {
  const before = lastOfKeys(await untilHolding(own.parts, 12));
  await deleteTopic();
  const topic = { topic: own.parts.topics.trafficControl, numPartitions: 6 };
  await withAdmin(own.parts, (admin) => admin.createTopics({ topics: [topic] }).catch(() => undefined));
  await turnTraffic(own.tollgate.url, ['north'], '-9');
  await until('each key is there', async () => lastOfKeys(await untilHolding(own.parts, 6)).size === 6);
  await untilReady(own.tollgate.url);
  const after = lastOfKeys(await contentOf(own.parts));
  expect(after.get('north/inbound')?.value).toContain('"sequence":3');
  before.delete('north/inbound');
  after.delete('north/inbound');
  expect(after).toEqual(before);
});

it('a topic that is only deleted is made anew, compacted, where commands used to wait for ever', async () => {
  const before = lastOfKeys(await untilHolding(own.parts, 12));
  await deleteTopic();
  expect(lastOfKeys(await untilHolding(own.parts, 6))).toEqual(before);
  await withAdmin(own.parts, async (admin) => {
    const { resources } = await admin.describeConfigs({
      resources: [
        { type: ConfigResourceTypes.TOPIC, name: own.parts.topics.trafficControl, configNames: ['cleanup.policy'] },
      ],
      includeSynonyms: false,
    });
    expect(resources[0]?.configEntries[0]?.configValue).toBe('compact');
  });
});

it('a topic that was emptied while Tollgate was stopped gets the last command of each key again', async () => {
  const before = lastOfKeys(await untilHolding(own.parts, 12));
  await own.tollgate.stop();
  await emptyPartitions(own.parts, own.parts.topics.trafficControl);
  await start();
  expect(lastOfKeys(await untilHolding(own.parts, 6))).toEqual(before);
  await untilReady(own.tollgate.url);
  expect(await untilHolding(own.parts, 6)).toHaveLength(6);
});

it('a topic of which one partition was emptied gets what that one held, and nothing else twice', async () => {
  const whole = await untilHolding(own.parts, 12);
  await own.tollgate.kill();
  const victim = whole[0]?.partition;
  const others = whole.filter(({ partition }) => partition !== victim);
  await emptyPartitions(own.parts, own.parts.topics.trafficControl, (partition) => partition === victim);
  await start();
  await untilReady(own.tollgate.url);
  const after = await contentOf(own.parts);
  expect(lastOfKeys(after)).toEqual(lastOfKeys(whole));
  expect(after.filter(({ partition }) => partition !== victim)).toHaveLength(others.length);
});

it('on another cluster, whose topics are empty, the last command of each key is published', async () => {
  const before = lastOfKeys(await untilHolding(own.parts, 12));
  await own.tollgate.stop();
  const second = await startBroker();
  const elsewhere = outsideOf(second, own.prefix);
  await start(second.brokers);
  expect(lastOfKeys(await untilHolding(elsewhere, 6))).toEqual(before);
  await untilReady(own.tollgate.url);
  expect(own.tollgate.output()).toContain('its topic has lost messages');
  await own.tollgate.kill();
  await elsewhere.outside.close();
  await second.stop();
});

it('a restart, a kill and a position file of an earlier Tollgate repeat nothing where nothing is lost', async () => {
  await untilHolding(own.parts, 12);
  await own.tollgate.stop();
  await start();
  await untilReady(own.tollgate.url);
  await own.tollgate.kill();
  for (const name of await readdir(join(own.data, 'relays'))) await truncate(join(own.data, 'relays', name), 128);
  await start();
  await untilReady(own.tollgate.url);
  expect(await contentOf(own.parts)).toHaveLength(12);
});

it('compaction that removed all but the last command of each key is no loss', async () => {
  await withAdmin(own.parts, (admin) => {
    const settings = { 'cleanup.policy': 'compact', 'segment.ms': '500', 'min.cleanable.dirty.ratio': '0.01' };
    const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
    const resources = [{ type: ConfigResourceTypes.TOPIC, name: own.parts.topics.trafficControl, configEntries }];
    return admin.alterConfigs({ validateOnly: false, resources });
  });
  await untilHolding(own.parts, 12);
  /** The last message of a partition is never compacted away: once it is read, so are all before it. */
  const messagesHeld = async (): Promise<number> => {
    const ends = await endOf(own.parts.topics.trafficControl);
    const reader = await own.parts.outside.read(own.parts.topics.trafficControl);
    const isRead = ([partition, high]: [number, string]) =>
      high === '0' ||
      reader.messages.some((one) => one.partition === partition && Number(one.offset) >= Number(high) - 1);
    await until('all are read', () => ends.every(isRead));
    await reader.stop();
    return reader.messages.length;
  };
  let published = 12;
  await until(
    'the topic is compacted',
    async () => {
      // Only what a later segment follows is compacted.
      await turnTraffic(own.tollgate.url, accounts, '-9');
      await turnTraffic(own.tollgate.url, accounts, '9');
      published += 12;
      await until('all are published', async () => {
        const ends = await endOf(own.parts.topics.trafficControl);
        return ends.reduce((sum, [, high]) => sum + Number(high), 0) === published;
      });
      return (await messagesHeld()) < published - 12;
    },
    60_000,
  );
  await own.tollgate.stop();
  const before = await endOf(own.parts.topics.trafficControl);
  await start();
  await untilReady(own.tollgate.url);
  expect(await endOf(own.parts.topics.trafficControl)).toEqual(before);
  expect(own.tollgate.output()).not.toContain('has lost messages');
});

/** Where each partition of a topic goes on. */
const endOf = async (topic: string): Promise<[number, string][]> => {
  let ends: [number, string][] = [];
  await withAdmin(own.parts, async (admin) => {
    ends = (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, high]);
  });
  return ends.sort(([one], [other]) => one - other);
};

it('rejected messages that have expired do not come again', async () => {
  const { rejected } = own.parts.topics;
  await own.parts.outside.send(own.parts.topics.payments, [{ key: 'x', value: 'nonsense' }]);
  await untilHolding(own.parts, 1, rejected);
  await own.tollgate.stop();
  await emptyPartitions(own.parts, rejected);
  const before = await endOf(rejected);
  await start();
  await untilReady(own.tollgate.url);
  expect(await endOf(rejected)).toEqual(before);
});

it('a lost topic is noticed also with a position file of an earlier Tollgate', async () => {
  const before = lastOfKeys(await untilHolding(own.parts, 12));
  await own.tollgate.stop();
  for (const name of await readdir(join(own.data, 'relays'))) await truncate(join(own.data, 'relays', name), 128);
  await deleteTopic();
  await start();
  expect(lastOfKeys(await untilHolding(own.parts, 6))).toEqual(before);
});

it('a lost topic of rejected messages stayed empty with a position file of an earlier Tollgate, or of a restored backup', async () => {
  const { rejected } = own.parts.topics;
  await own.parts.outside.send(own.parts.topics.payments, [
    { key: 'x', value: 'nonsense' },
    { key: 'y', value: '{}' },
  ]);
  const before = lastOfKeys(await untilHolding(own.parts, 2, rejected));
  await own.tollgate.stop();
  for (const name of await readdir(join(own.data, 'relays'))) await truncate(join(own.data, 'relays', name), 128);
  await withAdmin(own.parts, (admin) => admin.deleteTopics({ topics: [rejected] }));
  await start();
  expect(lastOfKeys(await untilHolding(own.parts, 2, rejected))).toEqual(before);
});

it('at a first start three parts created the same topics at once, and told of some that could not be created', async () => {
  await untilHolding(own.parts, 12);
  const told = own.tollgate.output();
  expect(told).not.toMatch(/could not be created|did not let us create|it has been created/);
  expect(told.split('Created Kafka topics')).toHaveLength(2);
});
