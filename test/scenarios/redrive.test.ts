import { ConfigResourceTypes } from 'kafkajs';
import { startBroker } from '../../infra/kafka/broker';
import type { Broker } from '../../infra/kafka/broker';
import { get, post, readAll } from './support/api';
import { goodPayment, goodUsage } from './support/bad-bodies';
import { jsonOf, untilReady } from './support/kafka-observer';
import type { TopicReader } from './support/kafka-observer';
import { outsideOf, readOffsets, startOnKafka, untilConsumed } from './support/kafka-scenario';
import { createDataFolder, runTollgate } from './support/tollgate-process';
import type { Tollgate } from './support/tollgate-process';
import { readWholeState, recordedIds } from './support/whole-state';

const prefix = 'redrive.';
const group = 'redrive.group';
const anHourAgo = (): string => new Date(Date.now() - 3_600_000).toISOString();
const late = (id: string) => goodPayment({ paymentId: id, accountId: 'late', amount: '0.1' });

let broker: Broker;
let parts: ReturnType<typeof outsideOf>;
let tollgate: Tollgate;
let rejected: TopicReader;

const redrive = (...flags: string[]) =>
  runTollgate(
    ...['redrive', '--url', tollgate.url],
    ...['--kafka-brokers', broker.brokers.join(','), '--kafka-topic-prefix', prefix, ...flags],
  );

const send = (topic: string, bodies: readonly unknown[]): Promise<void> =>
  parts.outside.send(
    topic,
    bodies.map((body) => ({ key: 'any', value: typeof body === 'string' ? body : JSON.stringify(body) })),
  );

const sentSoFar = async (): Promise<bigint> =>
  [...(await readOffsets(parts, group)).values()].reduce((sum, { end }) => sum + end, 0n);

const balancesOf = async (accountId: string): Promise<unknown> =>
  (await get(tollgate.url, `/v1/accounts/${accountId}`)).body['balances'];

/** The cause is mended: the account that was missing is open. */
beforeAll(async () => {
  broker = await startBroker();
  parts = outsideOf(broker, prefix);
  tollgate = await startOnKafka(broker.brokers, { data: await createDataFolder(), prefix, group });
  await untilReady(tollgate.url);
  rejected = await parts.outside.read(parts.topics.rejected);
  await post(tollgate.url, '/v1/accounts', { accountId: 'victim', currency: 'EUR' });
  await post(tollgate.url, '/v1/payments', goodPayment({ paymentId: 'taken', amount: '7' }));
  await send(parts.topics.payments, [
    ...['late-1', 'late-2', 'late-3'].map(late),
    goodPayment({ paymentId: 'other', accountId: 'nobody' }),
    goodPayment({ paymentId: 'dollars', currency: 'USD' }),
    goodPayment({ paymentId: 'taken', amount: '8' }),
    '{"paymentId":',
  ]);
  await send(parts.topics.usage, [goodUsage({ usageId: 'late-call', accountId: 'late', amount: '0.05' })]);
  await rejected.untilCount(8);
  const opening = { accountId: 'late', currency: 'EUR', cutoff: { balances: ['inbound'] } };
  expect((await post(tollgate.url, '/v1/accounts', opening)).status).toBe(201);
});

afterAll(async () => {
  await tollgate.kill();
  await parts.outside.close();
  await broker.stop();
});

test('a dry run says of each rejected message what would become of it, and sends nothing', async () => {
  const before = await sentSoFar();
  const { code, output } = await redrive('--dry-run');
  expect(code).toBe(0);
  expect(output.match(/ACCOUNT_NOT_FOUND → will be applied/g)).toHaveLength(4);
  expect(output).toContain('ACCOUNT_NOT_FOUND → ACCOUNT_NOT_FOUND again: account nobody is not open');
  expect(output).toContain('CURRENCY_MISMATCH → CURRENCY_MISMATCH again: account victim is kept in EUR, not USD');
  expect(output).toMatch(/ID_CONFLICT → ID_CONFLICT again/);
  expect(output).toMatch(/INVALID_REQUEST → INVALID_REQUEST again/);
  expect(output).toContain('8 rejected, 8 chosen, 4 would be applied; nothing was sent (--dry-run).');
  expect(await sentSoFar()).toBe(before);
  expect(await balancesOf('late')).toMatchObject({ inbound: '0' });
});

test('what is not chosen by code, account or time is not sent', async () => {
  const before = await sentSoFar();
  for (const flags of [
    ['--code', 'CURRENCY_MISMATCH'],
    ['--account', 'nobody', 'victim'],
    ['--until', anHourAgo()],
    ['--since', new Date(Date.now() + 3_600_000).toISOString()],
  ]) {
    const { code, output } = await redrive(...flags);
    expect([flags, code, /(\d+) would be applied/.exec(output)?.[1]]).toEqual([flags, 0, '0']);
  }
  expect(await sentSoFar()).toBe(before);
});

test('the messages of a mended account are applied once, however often they are sent again', async () => {
  for (let time = 0; time < 3; time += 1) {
    const { code, output } = await redrive('--code', 'ACCOUNT_NOT_FOUND', '--account', 'late', '--since', anHourAgo());
    expect([code, output]).toEqual([0, expect.stringContaining('4 chosen, 4 would be applied and were sent again')]);
    await untilConsumed(parts, group);
  }
  const state = await readWholeState(tollgate.url);
  const history = await readAll(tollgate.url, '/v1/accounts/late/history');
  expect(recordedIds(history).sort()).toEqual(['late-1', 'late-2', 'late-3', 'late-call']);
  expect(await balancesOf('late')).toMatchObject({ inbound: '0.25' });
  expect(state.commands.map(({ command }) => `${command.accountId} ${command.type}`)).toEqual([
    'late BlockTraffic',
    'late UnblockTraffic',
  ]);
  // Nothing was refused a second time.
  expect(rejected.messages.map((message) => jsonOf(message)['code']).sort()).toEqual([
    ...Array<string>(5).fill('ACCOUNT_NOT_FOUND'),
    'CURRENCY_MISMATCH',
    'ID_CONFLICT',
    'INVALID_REQUEST',
  ]);
});

test('thousands of messages are sent, in groups', async () => {
  const many = 2_500;
  const before = rejected.messages.length;
  const ids = Array.from({ length: many }, (_, index) => `many-${String(index)}`);
  const bodies = ids.map((id) => goodPayment({ paymentId: id, accountId: 'many', amount: '0.01' }));
  await send(parts.topics.payments, bodies);
  await rejected.untilCount(before + many);
  await post(tollgate.url, '/v1/accounts', { accountId: 'many', currency: 'EUR' });
  const { code, output } = await redrive('--account', 'many');
  expect([code, output]).toEqual([0, expect.stringContaining('2,500 of 2,500 messages sent')]);
  await untilConsumed(parts, group);
  expect(await balancesOf('many')).toMatchObject({ inbound: '25' });
});

test('what the broker refuses is named, with how much was sent before it', async () => {
  const configEntries = [{ name: 'max.message.bytes', value: '10' }];
  const admin = parts.outside.kafka.admin();
  await admin.connect();
  await admin.alterConfigs({
    validateOnly: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: parts.topics.usage, configEntries }],
  });
  await admin.disconnect();
  const { code, output } = await redrive('--account', 'late');
  expect(output).toMatch(
    /at least 0 of 4 messages were sent, then: The broker refuses the message with key late for topic/,
  );
  expect(output).toContain('Give the same command again: what was applied already changes nothing');
  expect(code).toBe(1);
});

test('without a broker, or with a time nobody can read, it ends with code 2 and says what to give', async () => {
  const without = await runTollgate('redrive', '--url', tollgate.url);
  expect(without.output).toContain('KAFKA_BROKERS (--kafka-brokers): needed');
  const wrong = await redrive('--since', 'yesterday');
  expect(wrong.output).toContain('yesterday: must be an RFC 3339 time such as');
  expect([without.code, wrong.code]).toEqual([2, 2]);
});
