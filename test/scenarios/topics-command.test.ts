import { existsSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { post } from './support/api';
import type { Fields } from './support/api';
import { untilReady } from './support/kafka-observer';
import { startOnKafka } from './support/kafka-scenario';
import { createDataFolder, runTollgate } from './support/tollgate-process';
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

const own = useOwnTopics('hand', accounts);
const { start } = own;

it('a topic ahead of a log that was restored from an older copy gets nothing until it is reset, where sequences used to come twice with other content', async () => {
  await untilHolding(own.parts, 12);
  await own.tollgate.stop();
  const copy = join(await createDataFolder(), 'copy');
  await cp(own.data, copy, { recursive: true });
  await start();
  await turnTraffic(own.tollgate.url, ['north', 'south'], '-9');
  await untilHolding(own.parts, 14);
  await own.tollgate.stop();
  await rm(own.data, { recursive: true });
  await cp(copy, own.data, { recursive: true });

  await start();
  await turnTraffic(own.tollgate.url, ['north'], '-7');
  const { status, detail } = await until('the topic was looked at', async () => {
    const part = await relayPart(own.tollgate.url);
    return part.detail.includes('is ahead') && part;
  });
  expect([status, detail]).toEqual([503, expect.stringContaining('tollgate topics reset --yes')]);
  expect(detail).toMatch(/a command of account (north|south), sequence 3, that the log does not/);
  expect(await contentOf(own.parts)).toHaveLength(14);

  const kafka = ['--kafka-brokers', own.broker.brokers.join(','), '--kafka-topic-prefix', own.prefix];
  const checked = await runTollgate('topics', 'check', '--data', own.data, ...kafka);
  expect([checked.code, checked.output]).toEqual([1, expect.stringContaining('2 that the log does not have')]);
  expect(checked.output).toContain('or, if this log is what counts, tollgate topics reset --yes');
  const asked = await runTollgate('topics', 'reset', ...kafka);
  expect([asked.code, asked.output]).toEqual([2, expect.stringContaining('--yes')]);
  expect((await relayPart(own.tollgate.url)).detail).toContain('is ahead');
  const mistyped = await runTollgate('topics', 'reset', '--yes', ...kafka, '--kafka-topic-prefix', 'mistyped.');
  expect([mistyped.code, mistyped.output]).toEqual([1, expect.stringContaining('there is no topic mistyped.')]);
  expect((await runTollgate('topics', 'reset', '--yes', ...kafka)).code).toBe(0);
  await untilReady(own.tollgate.url);
  const after = lastOfKeys(await untilHolding(own.parts, 6));
  expect([...after.values()].map(({ value }) => (JSON.parse(value ?? '') as Fields)['sequence'])).toEqual(
    expect.arrayContaining([3, 2]),
  );
  const again = await runTollgate('topics', 'check', '--data', own.data, ...kafka);
  expect([again.code, again.output]).toEqual([0, expect.stringContaining('all as it should be')]);
});

it('a new ledger on the topic of another publishes nothing and says so, where both used to write to it', async () => {
  await untilHolding(own.parts, 12);
  await own.tollgate.stop();
  own.data = await createDataFolder();
  own.tollgate = await startOnKafka(own.broker.brokers, {
    data: own.data,
    prefix: own.prefix,
    group: `${own.prefix}other`,
  });
  await post(own.tollgate.url, '/v1/accounts', { accountId: 'x', currency: 'EUR', cutoff: { balances: ['inbound'] } });
  await until('the topic was looked at', async () => (await relayPart(own.tollgate.url)).detail.includes('is ahead'));
  expect(await contentOf(own.parts)).toHaveLength(12);
});

describe('by hand', () => {
  const kafka = () => [
    '--data',
    own.data,
    '--kafka-brokers',
    own.broker.brokers.join(','),
    '--kafka-topic-prefix',
    own.prefix,
  ];

  it('`tollgate topics check` that cannot read ends with 2: with the broker away it used to say that something differs', async () => {
    const away = await runTollgate('topics', 'check', ...kafka(), '--kafka-brokers', '127.0.0.1:1');
    expect(away.code).toBe(2);
    expect(away.output).toContain('tollgate: ');
  });

  it('`tollgate topics check` names what a topic lacks, and `republish` publishes the last of each key', async () => {
    const before = lastOfKeys(await untilHolding(own.parts, 12));
    expect(await runTollgate('topics', 'check', ...kafka())).toMatchObject({ code: 0 });
    const beside = await runTollgate('topics', 'republish', 'traffic-control', ...kafka());
    expect([beside.code, beside.output]).toEqual([1, expect.stringContaining('stop')]);
    await own.tollgate.stop();
    await emptyPartitions(own.parts, own.parts.topics.trafficControl);
    const checked = await runTollgate('topics', 'check', ...kafka());
    expect([checked.code, checked.output]).toEqual([
      1,
      expect.stringContaining('6 keys whose last command is missing'),
    ]);
    expect(checked.output).toContain('by hand with Tollgate stopped: tollgate topics republish traffic-control');
    const done = await runTollgate('topics', 'republish', 'traffic-control', ...kafka());
    expect([done.code, done.output]).toEqual([0, expect.stringContaining('6 messages')]);
    expect(lastOfKeys(await contentOf(own.parts))).toEqual(before);
    expect(await runTollgate('topics', 'check', ...kafka())).toMatchObject({ code: 0 });
    await start();
    await untilReady(own.tollgate.url);
    expect(await contentOf(own.parts)).toHaveLength(6);
  });

  it('`check` found an empty topic as it should be where the positions of the relays were missing', async () => {
    await untilHolding(own.parts, 12);
    await own.tollgate.stop();
    await rm(join(own.data, 'relays'), { recursive: true });
    const whole = await runTollgate('topics', 'check', ...kafka());
    expect([whole.code, whole.output]).toEqual([0, expect.stringContaining('is not noted in')]);
    await emptyPartitions(own.parts, own.parts.topics.trafficControl);
    const empty = await runTollgate('topics', 'check', ...kafka());
    expect([empty.code, empty.output]).toEqual([1, expect.stringContaining('6 keys whose last command is missing')]);
  });

  it('`republish` made a new ledger in a folder that has none', async () => {
    const wrong = join(await createDataFolder(), 'wrong');
    const answer = await runTollgate('topics', 'republish', 'traffic-control', ...kafka(), '--data', wrong);
    expect([answer.code, answer.output]).toEqual([2, expect.stringContaining('there is no log in')]);
    expect(existsSync(wrong)).toBe(false);
  });

  it('the rejected topic, deleted, holds every rejection again', async () => {
    await own.parts.outside.send(own.parts.topics.payments, [
      { key: 'x', value: 'nonsense' },
      { key: 'y', value: '{}' },
    ]);
    const rejected = () =>
      until('two rejections', async () => {
        const messages = await contentOf(own.parts, own.parts.topics.rejected).catch(() => []);
        return messages.length >= 2 && messages;
      });
    const before = lastOfKeys(await rejected());
    await withAdmin(own.parts, (admin) => admin.deleteTopics({ topics: [own.parts.topics.rejected] }));
    expect(lastOfKeys(await rejected())).toEqual(before);
    await own.tollgate.stop();
    const done = await runTollgate('topics', 'republish', 'rejected', ...kafka());
    expect([done.code, done.output]).toEqual([0, expect.stringContaining('2 messages')]);
    expect(await contentOf(own.parts, own.parts.topics.rejected)).toHaveLength(4);
  });
});
