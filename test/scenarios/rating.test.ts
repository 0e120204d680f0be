import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startBroker } from '../../infra/kafka/broker';
import type { Broker } from '../../infra/kafka/broker';
import { get, openPrepaid, readAll, send } from './support/api';
import { jsonOf, untilReady } from './support/kafka-observer';
import { outsideOf, startOnKafka } from './support/kafka-scenario';
import { createDataFolder, runTollgate } from './support/tollgate-process';
import type { Tollgate } from './support/tollgate-process';
import { contentOf, withAdmin } from './support/topic-content';
import { until } from './support/until';

const prefix = 'rating.';
const topics = { cdr: `${prefix}cdr.v1`, unrated: `${prefix}unrated.v1`, usage: `${prefix}usage.v1` };
const calls = 4_000;
const startedAt = '2026-01-31T12:00:00.000Z';

const head = 'prefix,currency,perMinute,connectFee,initialSeconds,incrementSeconds,barred\n';
const deckIn = `${head}44,EUR,0.6,,1,1,\n4490,EUR,,,,,true\n`;
const deckOut = `${head}442,EUR,0.2,0.01,30,6,\n`;
const partners = {
  accounts: {
    acme: { currency: 'EUR', decks: { inbound: 'acme' }, rounding: { mode: 'half-even', digits: 4 } },
    globex: { currency: 'EUR', decks: { outbound: 'globex' } },
  },
};

let broker: Broker;
let parts: ReturnType<typeof outsideOf>;
let data: string;
let decks: string;
let tollgate: Tollgate;

const files = (): string[] => ['--rater', join(decks, 'rater.json'), '--decks', decks];
const kafka = (): string[] => ['--kafka-brokers', broker.brokers.join(','), '--kafka-topic-prefix', prefix];
const start = async (): Promise<void> => {
  tollgate = await startOnKafka(broker.brokers, { data, prefix, flags: files() });
  await untilReady(tollgate.url);
};

beforeAll(async () => {
  [broker, data, decks] = await Promise.all([startBroker(), createDataFolder(), createDataFolder()]);
  await Promise.all([
    writeFile(join(decks, 'acme.csv'), deckIn),
    writeFile(join(decks, 'globex.csv'), deckOut),
    writeFile(join(decks, 'rater.json'), JSON.stringify(partners)),
  ]);
  parts = outsideOf(broker, prefix);
  await start();
  await openPrepaid(tollgate.url, ['acme', 'globex']);
});
afterAll(async () => {
  await tollgate.kill();
  await parts.outside.close();
  await broker.stop();
});

const call = (id: string, fields: Record<string, unknown> = {}) => ({
  ...{ cdrId: id, originator: 'acme', terminator: 'globex', callee: '+442079460000', startedAt, durationMs: 30_500 },
  ...fields,
});
const sendCalls = (bodies: readonly object[]): Promise<void> =>
  parts.outside.send(
    topics.cdr,
    bodies.map((body) => ({ key: 'cdrId' in body ? String(body.cdrId) : 'x', value: JSON.stringify(body) })),
  );

const balanceOf = async (accountId: string): Promise<Record<string, string>> =>
  (await get(tollgate.url, `/v1/accounts/${accountId}`)).body['balances'] as Record<string, string>;
const usageOf = async (accountId: string): Promise<Record<string, unknown>[]> =>
  (await readAll(tollgate.url, `/v1/accounts/${accountId}/history`))
    .filter(({ type }) => type === 'UsageCharged')
    .map(({ data: body }) => body as Record<string, unknown>);
const metric = async (name: string): Promise<number> => {
  const { text } = await send(tollgate.url, { method: 'GET', path: '/metrics' });
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
};

/** CDRs below the offsets the rater has committed: those that it told the broker it is done with. */
const committedIds = async (): Promise<string[]> => {
  const committed = new Map<number, bigint>();
  await withAdmin(parts, async (admin) => {
    const [found] = await admin.fetchOffsets({ groupId: `${prefix}group-rater`, topics: [topics.cdr] });
    for (const { partition, offset } of found?.partitions ?? []) committed.set(partition, BigInt(offset));
  });
  const messages = await contentOf(parts, topics.cdr);
  return messages
    .filter(({ partition, offset }) => BigInt(offset) < (committed.get(partition) ?? 0n))
    .map((message) => String(jsonOf(message)['cdrId']));
};

const publishedIds = async (): Promise<string[]> =>
  (await contentOf(parts, topics.usage)).map((message) => String(jsonOf(message)['usageId']));

test('kill -9 while calls are rated: no offset is committed before its usage is published, every leg counts once', async () => {
  const sending = (async () => {
    for (let sent = 0; sent < calls; sent += 200)
      await sendCalls(Array.from({ length: 200 }, (_, index) => call(`c${String(sent + index)}`)));
  })();
  for (let round = 0; round < 2; round += 1) {
    await until('calls are rated', async () => (await metric('tollgate_rater_cdrs_total')) > 300, 60_000);
    await tollgate.kill();
    const [committed, published] = [await committedIds(), new Set(await publishedIds())];
    expect(committed.filter((id) => !published.has(`${id}/in`) || !published.has(`${id}/out`))).toEqual([]);
    await start();
  }
  await sending;
  await until('all is charged', async () => (await usageOf('globex')).length >= calls, 60_000);
  await until('all is charged', async () => (await usageOf('acme')).length >= calls, 60_000);
  const expected = Array.from({ length: calls }, (_, index) => `c${String(index)}`);
  expect((await usageOf('acme')).map(({ usageId }) => usageId).sort()).toEqual(expected.map((id) => `${id}/in`).sort());
  // 31 s at 0.01 a second; 36 s at 0.2 a minute and the fee of 0.01.
  expect((await balanceOf('acme'))['inbound']).toBe(`-${String(calls * 0.31)}`);
  expect((await balanceOf('globex'))['outbound']).toBe(`-${String(calls * 0.13)}`);
  expect(await contentOf(parts, `${prefix}rejected.v1`)).toEqual([]);
});

test('what has no price is kept with its reason, and sent again once it has one', async () => {
  await sendCalls([
    call('far', { callee: '+15550001' }),
    call('barred', { callee: '+44900001' }),
    call('strange', { terminator: 'initech' }),
    { cdrId: 'broken', durationMs: -1 },
  ]);
  const unrated = await until('all is unrated', async () => {
    const found = await contentOf(parts, topics.unrated);
    return found.length >= 6 && found.map(jsonOf);
  });
  expect(unrated.map(({ reason, leg }) => `${String(reason)} ${String(leg)}`).sort()).toEqual([
    'BARRED inbound',
    'INVALID_REQUEST undefined',
    'NO_PARTNER outbound',
    'NO_PRICE inbound',
    'NO_PRICE outbound',
    'NO_PRICE outbound',
  ]);
  await writeFile(join(decks, 'globex.csv'), `${deckOut}1,EUR,0.3,,1,1,\n`);
  const dry = await runTollgate('rate', 'redrive', ...files(), ...kafka(), '--reason', 'NO_PRICE', '--dry-run');
  expect(dry).toMatchObject({ code: 0 });
  expect(dry.output).toContain('6 unrated, 3 chosen, 1 have a price now; nothing was sent (--dry-run).');
  await tollgate.stop();
  await start();
  const redrive = () => runTollgate('rate', 'redrive', ...files(), ...kafka());
  expect((await redrive()).output).toContain('6 unrated, 6 chosen, 1 have a price now and were sent.');
  await until('the leg is charged', async () => (await usageOf('globex')).some(({ usageId }) => usageId === 'far/out'));
  expect((await usageOf('globex')).find(({ usageId }) => usageId === 'far/out')).toMatchObject({
    amount: '0.155',
    attributes: { prefix: '1', cdrId: 'far' },
  });
  expect((await redrive()).output).toContain('5 unrated, 5 chosen, 0 have a price now; nothing was sent.');
});
