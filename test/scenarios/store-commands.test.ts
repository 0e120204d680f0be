import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startBroker } from '../../infra/kafka/broker';
import { openPrepaid, post } from './support/api';
import { untilReady } from './support/kafka-observer';
import { outsideOf, startOnKafka } from './support/kafka-scenario';
import { newStoreLedger } from './support/set-ups';
import { createDataFolder, spawnTollgate } from './support/tollgate-process';
import { emptyPartitions } from './support/topic-content';

let environment: NodeJS.ProcessEnv = {};
let data: string;

const run = async (...args: string[]): Promise<{ code: number | null; output: string }> => {
  const { exited, output } = spawnTollgate(args, { ...environment, TOLLGATE_DATA: data });
  return { code: (await exited).code, output: output() };
};

beforeAll(async () => {
  environment = await newStoreLedger();
  data = await createDataFolder();
});

describe('commands where the log is in an event store', () => {
  it('compare the topics with it, publish again, and print its events', async () => {
    const prefix = 'store-commands.';
    const broker = await startBroker();
    const parts = outsideOf(broker, prefix);
    const kafka = ['--kafka-brokers', broker.brokers.join(','), '--kafka-topic-prefix', prefix];
    const tollgate = await startOnKafka(broker.brokers, { data, prefix, environment });
    await untilReady(tollgate.url);
    await openPrepaid(tollgate.url, ['acme', 'zenith']);
    const payment = { paymentId: 'p1', accountId: 'acme', direction: 'inbound', amount: '5', currency: 'EUR' };
    expect((await post(tollgate.url, '/v1/payments', payment)).status).toBe(201);
    const published = await parts.outside.read(parts.topics.trafficControl);
    await published.untilCount(3);

    expect(await run('topics', 'check', ...kafka)).toMatchObject({ code: 0 });
    expect((await run('topics', 'republish', 'traffic-control', ...kafka)).output).toMatch(/is in use|another process/);
    await tollgate.stop();
    await emptyPartitions(parts, parts.topics.trafficControl);
    const lacking = await run('topics', 'check', ...kafka);
    expect(lacking.code).toBe(1);
    expect(lacking.output).toContain('acme/inbound: its last command, sequence 2, does not stand last');
    expect((await run('topics', 'republish', 'traffic-control', ...kafka)).output).toContain('2 messages published');
    expect(await run('topics', 'check', ...kafka)).toMatchObject({ code: 0 });

    const { code, output } = await run('export');
    expect(code).toBe(0);
    const events = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    expect(events.map(({ type }) => type).sort()).toEqual([
      ...['AccountOpened', 'AccountOpened', 'PaymentRecorded'],
      ...['TrafficBlocked', 'TrafficBlocked', 'TrafficUnblocked'],
    ]);
    await parts.outside.close();
    await broker.stop();
  });

  it('set the access list that reading $all needs, and leave one alone that is not ours', async () => {
    const mine = join(data, 'access.json');
    const ours = join(__dirname, '../../infra/eventstore/access.json');
    await writeFile(mine, readFileSync(ours, 'utf8').replace('"ledger"', '"somebody"'));
    expect(await run('store-access', ours)).toMatchObject({ code: 0 });
    expect(await run('store-access', ours)).toMatchObject({ code: 0 });
    const other = await run('store-access', mine);
    expect(other).toMatchObject({ code: 1, output: expect.stringContaining('--replace') as string });
    expect(other.output).toContain('"$r":["$admins","ledger"]');
    expect(await run('store-access', mine, '--replace')).toMatchObject({ code: 0 });
    expect((await run('store-access', ours)).output).toContain('somebody');
    await writeFile(mine, '{}');
    expect(await run('store-access', mine)).toMatchObject({ code: 2 });
  });

  it('that cannot read a topic, or whose store is away, said so and then never ended', async () => {
    const broker = await startBroker();
    const kafka = ['--kafka-brokers', broker.brokers.join(',')];
    expect(await run('topics', 'check', ...kafka, '--kafka-topic-prefix', 'no-such.')).toMatchObject({ code: 2 });
    const { EVENTSTORE_URL: url } = environment;
    environment = { ...environment, EVENTSTORE_URL: 'esdb://127.0.0.1:1?tls=false' };
    const republished = await run('topics', 'republish', 'traffic-control', ...kafka);
    environment = { ...environment, EVENTSTORE_URL: url };
    expect(republished).toMatchObject({ code: 1, output: expect.stringContaining('it cannot be reached') as string });
    await broker.stop();
  });

  it.each([[['verify']], [['backup', 'there']], [['restore', 'there']]])(
    'that are about folders say what to do instead: %j',
    async (args) => {
      const { code, output } = await run(...args);
      expect(code).toBe(2);
      expect(output).toMatch(/^tollgate: EVENTSTORE_URL: the log is in an event store: .* the store/);
    },
  );
});
