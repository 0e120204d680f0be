import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startBroker } from '../../infra/kafka/broker';
import type { Broker } from '../../infra/kafka/broker';
import { runToEnd } from '../run-to-end';
import { openPrepaid, post } from './support/api';
import { outsideOf, startOnKafka } from './support/kafka-scenario';
import { untilReady } from './support/kafka-observer';
import type { Received, TopicReader } from './support/kafka-observer';
import { createDataFolder, runTollgate } from './support/tollgate-process';
import type { Tollgate } from './support/tollgate-process';
import { until } from './support/until';

const prefix = 'littered.';
const topic = `${prefix}checkpoints.v1`;
const verifiers = [
  { name: 'tollgate-verify', command: [process.execPath, resolve('packages/verify/bin/tollgate-verify.js')] },
  { name: 'tollgate_verify.py', command: ['python3', resolve('infra/verify/tollgate_verify.py')] },
];

let folder: string;
let data: string;
let broker: Broker;
let tollgate: Tollgate;
let parts: ReturnType<typeof outsideOf>;
let reader: TopicReader;

const key = (): string => join(folder, 'signing.pem');
const start = (): Promise<Tollgate> =>
  startOnKafka(broker.brokers, { data, prefix, environment: { TOLLGATE_SIGNING_KEY: key() } });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tollgate-littered-'));
  data = await createDataFolder();
  broker = await startBroker();
  parts = outsideOf(broker, prefix);
});
afterAll(async () => {
  await parts.outside.close();
  await tollgate.stop();
  await broker.stop();
  await rm(folder, { recursive: true, force: true });
});

const textOf = ({ value }: Received): string => String(value);
const latest = async (): Promise<string> => (await fetch(`${tollgate.url}/v1/checkpoints/latest`)).text();
const sizeOf = (note: string): number => Number(note.split('\n')[1]);
const untilRead = (note: string): Promise<true> =>
  until('it is on the topic', () => reader.messages.some((message) => textOf(message) === note) || undefined);
/** A checkpoint that signs a payment. */
const signedAfter = async (paymentId: string): Promise<string> => {
  const before = sizeOf(await latest());
  const payment = { paymentId, accountId: 'acme', direction: 'inbound', amount: '1', currency: 'EUR' };
  expect((await post(tollgate.url, '/v1/payments', payment)).status).toBe(201);
  return until('it is signed', async () => {
    const note = await latest();
    return sizeOf(note) > before && note;
  });
};

/** A note of the same origin, by another who made a key of his own under its name. */
const forged = (origin: string): string => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const { x = '' } = publicKey.export({ format: 'jwk' });
  const typed = Buffer.concat([Buffer.of(1), Buffer.from(x, 'base64url')]);
  const id = createHash('sha256').update(`${origin}\n`).update(typed).digest().subarray(0, 4);
  const text = `${origin}\n999\n${Buffer.alloc(32).toString('base64')}\n`;
  const signature = Buffer.concat([id, sign(null, Buffer.from(text), privateKey)]);
  return `${text}\n\u2014 ${origin} ${signature.toString('base64')}\n`;
};
/** What others write there, as a partner saves it, and what the verifiers say of it. */
const litterOf = (note: string) => {
  const [origin = ''] = note.split('\n');
  return [
    { is: 'a note by another key', of: origin, value: forged(origin), says: /is signed by key \w+, and not by/ },
    { is: 'half a checkpoint', of: origin, value: note.slice(0, 60), says: /is no checkpoint/ },
    { is: 'one cut in its signature', of: origin, value: note.slice(0, -20), says: /no signature that can be read/ },
    { is: 'bytes', of: origin, value: Buffer.of(0x80, 0xc3, 0x28, 0x81), says: /is no checkpoint/ },
    { is: 'a message without value', of: origin, value: null, says: /is no checkpoint/ },
    { is: 'a message of nothing', of: 'another', value: '', says: /is no checkpoint/ },
  ];
};

it('what others write to the topic of checkpoints keeps Tollgate from nothing, and no verifier takes it for a checkpoint', async () => {
  const admin = parts.outside.kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
  await parts.outside.send(topic, [{ key: null, value: 'before Tollgate was there' }]);
  await admin.disconnect();
  tollgate = await start();
  reader = await parts.outside.read(topic);
  await openPrepaid(tollgate.url, ['acme']);
  await until('something is signed', async () => (await fetch(`${tollgate.url}/v1/checkpoints/latest`)).ok);
  const before = await signedAfter('before-the-litter');
  await untilRead(before);
  const litter = litterOf(before);
  await parts.outside.send(
    topic,
    litter.map(({ of, value }) => ({ key: of, value })),
  );
  await parts.outside.send(topic, [{ key: 'another', value: before }]);
  await untilRead(await signedAfter('after-the-litter'));
  await tollgate.kill();
  tollgate = await start();
  const newest = await signedAfter('after-a-restart');
  await untilRead(newest);
  await untilReady(tollgate.url);
  expect(await (await fetch(`${tollgate.url}/metrics`)).text()).toMatch(/^tollgate_checkpoint_waiting_seconds 0$/m);

  const exported = join(folder, 'export.ndjson');
  await writeFile(exported, (await runTollgate('export', '--data', data)).output);
  const kept = join(folder, 'kept');
  for (const { is, value, says } of [...litter, { is: 'the newest', value: newest, says: /^0 differences/m }])
    for (const { name, command } of verifiers) {
      await writeFile(kept, value ?? '');
      const [program = '', ...args] = command;
      const { status, stdout, stderr } = runToEnd(program, [
        ...[...args, exported, '--key', `${key()}.pub`, '--checkpoint', kept],
      ]);
      const output = stdout + stderr;
      expect([is, name, status === 0, output]).toEqual([is, name, is === 'the newest', expect.stringMatching(says)]);
      expect(output).not.toMatch(/Traceback|^\s+at /m);
    }
  const check = await runTollgate(
    ...['topics', 'check', '--data', data, '--kafka-brokers', broker.brokers.join(), '--kafka-topic-prefix', prefix],
  );
  expect([check.code, check.output]).toEqual([0, expect.stringContaining('all as it should be')]);
});

it('a newest checkpoint that another deleted by a message without value is there again within a minute', async () => {
  const newest = await latest();
  const [origin = ''] = newest.split('\n');
  await parts.outside.send(topic, [{ key: origin, value: null }]);
  const isThere = (): boolean => {
    const own = reader.messages.filter(({ key: of }) => of === origin);
    const deleted = own.findLastIndex(({ value }) => value === null);
    return own.slice(deleted + 1).some((message) => textOf(message) === newest);
  };
  await until('it is deleted', () => reader.messages.at(-1)?.value === null);
  await until('it is there again', isThere, 100_000);
});
