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
  expect(output.match(/ACCOUNT_NOT_FOUND → will be applied\n/g)).toHaveLength(5);
  expect(output).toContain('        4  ACCOUNT_NOT_FOUND → will be applied');
  expect(output).toContain('ACCOUNT_NOT_FOUND → ACCOUNT_NOT_FOUND again: account nobody is not open');
  expect(output).toContain(
    'CURRENCY_MISMATCH → CURRENCY_MISMATCH again: currency: account victim is kept in EUR, not USD',
  );
  expect(output).toMatch(/ID_CONFLICT → ID_CONFLICT again: payment taken/);
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
  const again = ['--code', 'ACCOUNT_NOT_FOUND', '--account', 'late', '--since', anHourAgo()];
  const first = await redrive(...again);
  expect([first.code, first.output]).toEqual([0, expect.stringContaining('4 would be applied and were sent again.')]);
  await untilConsumed(parts, group);
  const second = await redrive(...again, '--brief');
  expect([second.code, second.output]).toEqual([
    0,
    expect.stringContaining('4 chosen, 0 would be applied; nothing was sent.'),
  ]);
  expect(second.output).toContain('4  ACCOUNT_NOT_FOUND → a duplicate, nothing would change');
  // As when two operators do it at once, or one whose first attempt broke off.
  for (let time = 0; time < 2; time += 1) await send(parts.topics.payments, ['late-1', 'late-2', 'late-3'].map(late));
  await untilConsumed(parts, group);
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

test('of messages with one id the first counts, as its producer sent them, and the forecast says so', async () => {
  const accounts = ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => `order-${letter}`);
  const bodies = accounts.flatMap((accountId) =>
    ['1', '2'].map((amount) => goodPayment({ paymentId: 'same', accountId, amount })),
  );
  const before = rejected.messages.length;
  for (const body of bodies)
    await parts.outside.send(parts.topics.payments, [
      { key: JSON.stringify(body['accountId']), value: JSON.stringify(body) },
    ]);
  await rejected.untilCount(before + bodies.length);
  for (const accountId of accounts) await post(tollgate.url, '/v1/accounts', { accountId, currency: 'EUR' });
  const { output } = await redrive('--account', ...accounts);
  expect(output.match(/ID_CONFLICT again: payment same is in an earlier message with other content/g)).toHaveLength(6);
  expect(output).toContain('12 chosen, 6 would be applied and were sent again.');
  await untilConsumed(parts, group);
  for (const accountId of accounts) expect(await balancesOf(accountId)).toMatchObject({ inbound: '1' });
  expect(rejected.messages).toHaveLength(before + bodies.length);
});

test('what others wrote to the rejected topic is counted and passed over', async () => {
  await send(parts.topics.rejected, ['not ours', '{"code":"ACCOUNT_NOT_FOUND"}']);
  const { code, output } = await redrive('--account', 'late', '--dry-run');
  expect([code, output]).toEqual([
    0,
    expect.stringMatching(/\d+ rejected \(2 of them not written by Tollgate\), 4 chosen/),
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
  const before = rejected.messages.length;
  await send(parts.topics.usage, [goodUsage({ usageId: 'u', accountId: 'stuck', amount: '0.05' })]);
  await rejected.untilCount(before + 1);
  await post(tollgate.url, '/v1/accounts', { accountId: 'stuck', currency: 'EUR' });
  const configEntries = [{ name: 'max.message.bytes', value: '10' }];
  const admin = parts.outside.kafka.admin();
  await admin.connect();
  await admin.alterConfigs({
    validateOnly: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: parts.topics.usage, configEntries }],
  });
  await admin.disconnect();
  const { code, output } = await redrive('--account', 'stuck');
  expect(output).toMatch(
    /at least 0 of 1 messages were sent, then: The broker refuses the message with key stuck for topic/,
  );
  expect(output).toContain('Give the same command again: what was applied already changes nothing');
  expect(code).toBe(1);
});

test('without a broker, or with a time nobody can read, it ends with code 2 and says what to give', async () => {
  const without = await runTollgate('redrive', '--url', tollgate.url);
  expect(without.output).toContain('KAFKA_BROKERS (--kafka-brokers): needed, host:port of a broker');
  for (const [flags, told] of [
    [['--since', 'yesterday'], 'yesterday: must be an RFC 3339 time in UTC'],
    [['--since', '5'], '5: must be an RFC 3339 time in UTC'],
    [['--since', '2026-11-25 12:00'], 'must be an RFC 3339 time in UTC'],
    [['--since', '2026-01-02T00:00:00Z', '--until', '2026-01-01T00:00:00Z'], '--until: must be later than --since'],
  ] as const) {
    const wrong = await redrive(...flags);
    expect([flags, wrong.code, wrong.output]).toEqual([flags, 2, expect.stringContaining(told)]);
  }
  expect(without.code).toBe(2);
});
