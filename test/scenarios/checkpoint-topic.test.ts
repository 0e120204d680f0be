import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from '../../infra/child-server';
import { startBroker } from '../../infra/kafka/broker';
import type { Broker } from '../../infra/kafka/broker';
import { openPrepaid, post } from './support/api';
import { outsideOf, startOnKafka } from './support/kafka-scenario';
import type { Received } from './support/kafka-observer';
import { createDataFolder, runTollgate, spawnProgram, spawnTollgate } from './support/tollgate-process';
import type { Tollgate } from './support/tollgate-process';
import { until } from './support/until';

const prefix = 'kept.';
const topic = `${prefix}checkpoints.v1`;
const verifier = resolve(__dirname, '../../packages/verify/bin/tollgate-verify.js');

let port: number;
let folder: string;
let data: string;
let broker: Broker | undefined;
let tollgate: Tollgate;

const startKafka = async (): Promise<Broker> => {
  broker = await startBroker({ port, dataDir: join(folder, 'broker') });
  return broker;
};
const key = (): string => join(folder, 'signing.pem');
const start = (): Promise<Tollgate> =>
  startOnKafka([`127.0.0.1:${String(port)}`], { data, prefix, environment: { TOLLGATE_SIGNING_KEY: key() } });

beforeAll(async () => {
  port = await freePort();
  folder = await mkdtemp(join(tmpdir(), 'tollgate-checkpoints-'));
  data = await createDataFolder();
});

afterAll(async () => {
  await tollgate.stop();
  await broker?.stop();
  await rm(folder, { recursive: true, force: true });
});

const sizeOf = (note: string): number => Number(note.split('\n')[1]);
const textsOf = (messages: readonly Received[]): string[] => messages.map(({ value }) => String(value));
const latest = async (): Promise<string> => (await fetch(`${tollgate.url}/v1/checkpoints/latest`)).text();

/** A checkpoint that signs what was recorded now. */
const signedAfter = async (paymentId: string): Promise<string> => {
  const before = sizeOf(await latest());
  const payment = {
    paymentId: paymentId.replaceAll(' ', '-'),
    accountId: 'acme',
    direction: 'inbound',
    amount: '1',
    currency: 'EUR',
  };
  expect((await post(tollgate.url, '/v1/payments', payment)).status).toBe(201);
  return until('it is signed', async () => {
    const note = await latest();
    return sizeOf(note) > before && note;
  });
};

it('a partner has every checkpoint from the topic, also those of the time when the broker was away, and can check the log by them', async () => {
  tollgate = await start();
  await openPrepaid(tollgate.url, ['acme']);
  await until('something is signed', async () => (await fetch(`${tollgate.url}/v1/checkpoints/latest`)).status === 200);
  const absent = await signedAfter('without a broker');
  const waiting = await (await fetch(`${tollgate.url}/metrics`)).text();
  expect(waiting).toMatch(/^tollgate_checkpoint_waiting_seconds (?!0$)[\d.]+$/m);

  const parts = outsideOf(await startKafka(), prefix);
  await until('the topic is there', async () => {
    const admin = parts.outside.kafka.admin();
    await admin.connect();
    const topics = await admin.listTopics();
    await admin.disconnect();
    return topics.includes(topic);
  });
  const reader = await parts.outside.read(topic);
  await until('the newest has come', () => textsOf(reader.messages).includes(absent));

  const here = await signedAfter('with a broker');
  await until('it comes at once', () => textsOf(reader.messages).includes(here));
  await broker?.kill();
  const away = await signedAfter('while it is away');
  await startKafka();
  await until('the newest has come again', () => textsOf(reader.messages).includes(away));
  await tollgate.stop();
  tollgate = await start();
  const anew = await signedAfter('after a restart');
  await until('and goes on after a restart', () => textsOf(reader.messages).includes(anew));

  const [origin] = anew.split('\n');
  for (const { key: of, headers } of reader.messages)
    expect([of, headers['content-type']]).toEqual([origin, 'text/plain; charset=utf-8']);
  const sizes = textsOf(reader.messages).map(sizeOf);
  expect(sizes).toEqual([...sizes].sort((one, other) => one - other));

  const { exited, output } = spawnTollgate(['export'], { TOLLGATE_DATA: data });
  expect((await exited).code).toBe(0);
  await writeFile(join(folder, 'export.ndjson'), output());
  const given = await Promise.all(
    [absent, here, away, anew].map(async (note, index) => {
      const file = join(folder, `checkpoint-${String(index)}`);
      await writeFile(file, note);
      return ['--checkpoint', file];
    }),
  );
  const checked = spawnProgram(verifier, [join(folder, 'export.ndjson'), '--key', `${key()}.pub`, ...given.flat()], {});
  expect([(await checked.exited).code, checked.output()]).toEqual([0, expect.any(String)]);

  const check = await runTollgate(
    ...['topics', 'check', '--data', data, '--kafka-brokers', `127.0.0.1:${String(port)}`],
    ...['--kafka-topic-prefix', prefix],
  );
  expect([check.code, check.output]).toEqual([0, expect.stringContaining('all as it should be')]);
  await parts.outside.close();
});
