import { ConfigResourceTypes } from 'kafkajs';
import { startBroker } from '../../infra/kafka/broker';
import type { Broker } from '../../infra/kafka/broker';
import { post, readAll } from './support/api';
import { badBodies, goodPayment, goodUsage } from './support/bad-bodies';
import { expectedCommandId } from './support/command-id';
import { jsonOf, untilReady } from './support/kafka-observer';
import type { Received, TopicReader } from './support/kafka-observer';
import { deliveryFaultsOf, outsideOf, startOnKafka, untilConsumed } from './support/kafka-scenario';
import { createDataFolder } from './support/tollgate-process';
import type { Tollgate } from './support/tollgate-process';
import { readWholeState } from './support/whole-state';

const prefix = 'contract.';
const group = 'contract.group';

let broker: Broker;
let parts: ReturnType<typeof outsideOf>;
let data: string;
let tollgate: Tollgate;
let rejected: TopicReader;
let trafficControl: TopicReader;

beforeAll(async () => {
  broker = await startBroker();
  parts = outsideOf(broker, prefix);
  data = await createDataFolder();
  tollgate = await startOnKafka(broker.brokers, { data, prefix, group });
  await untilReady(tollgate.url);
  rejected = await parts.outside.read(parts.topics.rejected);
  trafficControl = await parts.outside.read(parts.topics.trafficControl);
  await post(tollgate.url, '/v1/accounts', { accountId: 'victim', currency: 'EUR', cutoff: { balances: ['inbound'] } });
  await post(tollgate.url, '/v1/payments', goodPayment({ paymentId: 'first', amount: '5' }));
});

afterAll(async () => {
  await tollgate.kill();
  await parts.outside.close();
  await broker.stop();
});

const topicOf = (kind: 'payment' | 'usage'): string => parts.topics[kind === 'payment' ? 'payments' : 'usage'];

/** Sends one message and gives its rejection. */
const rejectionOf = async (
  kind: 'payment' | 'usage',
  value: string | Buffer | null,
  key = 'victim',
): Promise<Received> => {
  const before = rejected.messages.length;
  await parts.outside.send(topicOf(kind), [{ key, value }]);
  const messages = await rejected.untilCount(before + 1);
  const message = messages[before];
  if (message === undefined) throw new Error('there is no rejection');
  return message;
};

const sourceOf = (message: Received) =>
  jsonOf(message)['source'] as { topic: string; partition: number; offset: string };

describe('the topics', () => {
  it('are created with 6 partitions, traffic-control compacted', async () => {
    const admin = parts.outside.kafka.admin();
    await admin.connect();
    const names = Object.values(parts.topics);
    const { topics } = await admin.fetchTopicMetadata({ topics: names });
    expect(topics.map(({ partitions }) => partitions.length)).toEqual([6, 6, 6, 6]);
    const resources = names.map((name) => ({ type: ConfigResourceTypes.TOPIC, name, configNames: ['cleanup.policy'] }));
    const configs = await admin.describeConfigs({ resources, includeSynonyms: false });
    await admin.disconnect();
    const policies = configs.resources.map(({ resourceName, configEntries }) => [
      resourceName,
      configEntries[0]?.configValue,
    ]);
    expect(Object.fromEntries(policies)).toEqual({
      [parts.topics.payments]: 'delete',
      [parts.topics.usage]: 'delete',
      [parts.topics.trafficControl]: 'compact',
      [parts.topics.rejected]: 'delete',
    });
  });
});

describe('a message that cannot be applied', () => {
  it('goes to rejected with its reason and its text as received, whatever is wrong with it', async () => {
    const small = badBodies.filter(({ bytes }) => bytes.length < 100_000);
    const before = rejected.messages.length;
    for (const kind of ['payment', 'usage'] as const) {
      const values = small
        .filter((bad) => bad.kind === kind)
        .map(({ bytes }) => ({ key: 'victim', value: Buffer.from(bytes) }));
      await parts.outside.send(topicOf(kind), values);
    }
    const messages = (await rejected.untilCount(before + small.length)).slice(before);
    const seen = messages.map((message) => {
      const { code, payload, payloadBase64 } = jsonOf(message) as Record<string, string | undefined>;
      return `${code ?? ''} ${payloadBase64 ?? Buffer.from(payload ?? '').toString('base64')}`;
    });
    expect(seen.sort()).toEqual(
      small.map(({ code, bytes }) => `${code} ${Buffer.from(bytes).toString('base64')}`).sort(),
    );
    for (const message of messages) {
      const { topic, partition, offset } = sourceOf(message);
      expect(message.key).toBe(`${topic}/${String(partition)}/${offset}`);
    }
    expect(new Set(messages.map(({ key }) => key)).size).toBe(messages.length);
  });

  it('has exactly the fields of the contract', async () => {
    const text = JSON.stringify(goodPayment({ amount: '1e3' }));
    const message = await rejectionOf('payment', text);
    expect(jsonOf(message)).toEqual({
      code: 'INVALID_REQUEST',
      detail: expect.stringContaining('amount') as string,
      receivedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
      source: {
        topic: parts.topics.payments,
        partition: expect.any(Number) as number,
        offset: expect.stringMatching(/^\d+$/) as string,
      },
      payload: text,
    });
  });

  it('without a value has the payload null', async () => {
    expect(jsonOf(await rejectionOf('usage', null))).toMatchObject({ code: 'INVALID_REQUEST', payload: null });
  });

  it('that is not UTF-8 is kept in base64, and text with a byte order mark byte for byte', async () => {
    const bytes = Buffer.from([0x00, 0xff, 0xfe, 0x80, 0x7b]);
    const message = jsonOf(await rejectionOf('payment', bytes));
    expect(message).toMatchObject({ payloadBase64: bytes.toString('base64') });
    expect(message).not.toHaveProperty('payload');
    expect(jsonOf(await rejectionOf('payment', '\uFEFF{}'))).toMatchObject({ payload: '\uFEFF{}' });
  });

  it.each([
    { name: 'text', value: Buffer.alloc(1_000_000, '"') },
    { name: 'text of wide characters', value: Buffer.from('€'.repeat(333_000)) },
    { name: 'bytes', value: Buffer.alloc(1_000_000, 0xff) },
  ])('as large as the broker takes is cut, and says so: $name', async ({ value }) => {
    const message = jsonOf(await rejectionOf('payment', value));
    expect(message).toMatchObject({ code: 'INVALID_REQUEST', sizeBytes: value.length, truncated: true });
    const { payload, payloadBase64 } = message as Record<string, string | undefined>;
    const kept = payload === undefined ? Buffer.from(payloadBase64 ?? '', 'base64') : Buffer.from(payload);
    expect(kept.length).toBeGreaterThan(10_000);
    expect(value.subarray(0, kept.length).equals(kept)).toBe(true);
  });

  it('does not stop the messages behind it', async () => {
    const good = goodUsage({ usageId: 'behind', amount: '0' });
    await parts.outside.send(parts.topics.usage, [
      { key: 'victim', value: '{' },
      { key: 'victim', value: null },
      { key: 'victim', value: JSON.stringify(good) },
    ]);
    await untilConsumed(parts, group);
    const history = await readAll(tollgate.url, '/v1/accounts/victim/history');
    expect(history.map((item) => item['data'])).toContainEqual(good);
  });
});

describe('an id', () => {
  it('sent again is not rejected; with other content it is, once', async () => {
    const body = goodPayment({ paymentId: 'again', amount: '2.50' });
    const before = rejected.messages.length;
    await parts.outside.send(parts.topics.payments, [
      { key: 'victim', value: JSON.stringify(body) },
      { key: 'victim', value: JSON.stringify({ ...body, amount: '2.5' }) },
      { key: 'another key', value: JSON.stringify(body) },
      { key: null, value: JSON.stringify(body) },
    ]);
    await untilConsumed(parts, group);
    const conflict = JSON.stringify({ ...body, amount: '2.51' });
    expect(jsonOf(await rejectionOf('payment', conflict))).toMatchObject({ code: 'ID_CONFLICT', payload: conflict });
    expect(rejected.messages).toHaveLength(before + 1);
    const history = await readAll(tollgate.url, '/v1/accounts/victim/history');
    expect(history.filter((item) => (item['data'] as { paymentId?: string }).paymentId === 'again')).toHaveLength(1);
  });

  it('recorded over HTTP counts for Kafka too', async () => {
    const body = goodUsage({ usageId: 'by-http', amount: '0.5' });
    await post(tollgate.url, '/v1/usage', body);
    await parts.outside.send(parts.topics.usage, [{ key: 'victim', value: JSON.stringify(body) }]);
    await untilConsumed(parts, group);
    expect((await post(tollgate.url, '/v1/usage', body)).body['duplicate']).toBe(true);
    expect(jsonOf(await rejectionOf('usage', JSON.stringify({ ...body, amount: '0.6' })))).toMatchObject({
      code: 'ID_CONFLICT',
    });
  });
});

describe('the commands', () => {
  it('are CloudEvents in binary mode, keyed by account and direction, the same as over HTTP', async () => {
    await post(tollgate.url, '/v1/accounts', {
      accountId: 'both',
      currency: 'USD',
      cutoff: { balances: ['inbound', 'outbound'] },
    });
    await trafficControl.untilCount(2, ({ key }) => key?.startsWith('both/') === true);
    const messages = trafficControl.messages.filter(({ key }) => key?.startsWith('both/'));
    const { commands } = await readWholeState(tollgate.url);
    const expected = commands.map(({ command }) => command).filter(({ accountId }) => accountId === 'both');
    expect(expected).toHaveLength(2);
    for (const command of expected) {
      const message = messages.find(({ key }) => key === `both/${command.direction}`);
      expect(message?.value?.toString()).toBe(JSON.stringify(command));
      expect(command.commandId).toBe(expectedCommandId(command));
      expect(message?.headers).toEqual({
        ce_specversion: '1.0',
        ce_id: command.commandId,
        ce_type: 'tollgate.BlockTraffic.v1',
        ce_source: 'tollgate',
        ce_subject: 'both',
        ce_time: command.decidedAt,
        'content-type': 'application/json',
      });
    }
  });
});

describe('a replay of everything', () => {
  it('with a new consumer group changes nothing, rejects nothing again and commands nothing', async () => {
    const before = await readWholeState(tollgate.url);
    const counts = () => [rejected.messages.length, new Set(rejected.messages.map(({ key }) => key)).size];
    const countsBefore = counts();
    await tollgate.stop();
    tollgate = await startOnKafka(broker.brokers, { data, prefix, group: 'contract.another' });
    await untilConsumed(parts, 'contract.another');
    expect(await readWholeState(tollgate.url)).toEqual(before);
    // What comes after it in both topics shows that nothing came before.
    const last = await rejectionOf('payment', 'last');
    await post(tollgate.url, '/v1/accounts', { accountId: 'last', currency: 'EUR', cutoff: { balances: ['inbound'] } });
    await trafficControl.untilCount(1, ({ key }) => key === 'last/inbound');
    expect(jsonOf(last)['payload']).toBe('last');
    expect(counts()).toEqual(countsBefore.map((count) => count + 1));
    expect(deliveryFaultsOf(trafficControl.messages)).toEqual([]);
    expect(trafficControl.messages).toHaveLength(before.commands.length + 1);
  });
});
