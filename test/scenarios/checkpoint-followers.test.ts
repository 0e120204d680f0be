import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ConfigResourceTypes } from 'kafkajs';
import type { Admin } from 'kafkajs';
import { runToEnd } from '../run-to-end';
import { freePort } from '../../infra/child-server';
import { startBroker } from '../../infra/kafka/broker';
import type { Broker } from '../../infra/kafka/broker';
import { openPrepaid, post } from './support/api';
import { outsideOf, startOnKafka } from './support/kafka-scenario';
import { createDataFolder, spawnTollgate } from './support/tollgate-process';
import type { Tollgate } from './support/tollgate-process';
import { until } from './support/until';
import { startWitnessProcess } from './support/witness-process';
import type { WitnessProcess } from './support/witness-process';

const prefix = 'followed.';
const topic = `${prefix}checkpoints.v1`;
const verifier = resolve(__dirname, '../../packages/verify/bin/tollgate-verify.js');
const witnessName = 'witness.example/w1';

let port: number;
let folder: string;
let data: string;
let broker: Broker;
let witness: WitnessProcess;
let tollgate: Tollgate;
let parts: ReturnType<typeof outsideOf>;
/** Public keys that the partner was given. */
let keys: string[];

const key = (): string => join(folder, 'keys', 'signing.pem');
const startKafka = (): Promise<Broker> =>
  startBroker({ port, dataDir: join(folder, 'broker'), config: { 'log.cleaner.backoff.ms': 500 } });
const start = (witnesses = ''): Promise<Tollgate> => {
  const environment = { TOLLGATE_SIGNING_KEY: key(), TOLLGATE_WITNESSES: witnesses };
  return startOnKafka([`127.0.0.1:${String(port)}`], { data, prefix, environment });
};
const startWitness = async (at = '0'): Promise<WitnessProcess> =>
  startWitnessProcess({
    ...{ name: witnessName, state: join(folder, 'witness.json'), port: at },
    logs: [(await readFile(`${key()}.pub`, 'utf8')).trim()],
  });

const sizeOf = (note: string): number => Number(note.split('\n')[1]);
const originOf = (note: string): string => note.split('\n')[0] ?? '';
const textOf = (note: string): string => note.split('\n\n')[0] ?? '';
const latest = async (): Promise<string> => (await fetch(`${tollgate.url}/v1/checkpoints/latest`)).text();

let payments = 0;
const record = async (): Promise<string> => {
  payments += 1;
  const before = sizeOf(await latest());
  const body = { paymentId: `p-${String(payments)}`, accountId: 'acme', direction: 'inbound', amount: '1' };
  expect((await post(tollgate.url, '/v1/payments', { ...body, currency: 'EUR' })).status).toBe(201);
  return until('it is signed', async () => {
    const note = await latest();
    return sizeOf(note) > before && note;
  });
};

const withAdmin = async <Result>(work: (admin: Admin) => Promise<Result>): Promise<Result> => {
  const admin = parts.outside.kafka.admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
};
const untilThere = (): Promise<true> =>
  until('the topic is there', () =>
    withAdmin(async (admin) => (await admin.listTopics()).includes(topic) || undefined),
  );

/** All that is on the topic now, in order; its last message is that of the newest checkpoint. */
const held = async (newest: string): Promise<string[]> => {
  const reader = await parts.outside.read(topic);
  const texts = (): string[] => reader.messages.map(({ value }) => String(value));
  await until('the newest has come', () => texts().some((note) => textOf(note) === textOf(newest)), 90_000);
  await reader.stop();
  expect(reader.messages.map(({ key: of }) => of)).toEqual(texts().map(originOf));
  return texts();
};

let files = 0;
const fileOf = async (text: string): Promise<string> => {
  files += 1;
  const file = join(folder, `given-${String(files)}`);
  await writeFile(file, text);
  return file;
};
/** How the verifier ends for two checkpoints, with the proof between them that Tollgate gives. */
const consistency = async (older: string, newer: string): Promise<[status: number | null, output: string]> => {
  const query = `from=${String(sizeOf(older))}&to=${String(sizeOf(newer))}`;
  const proof = await (await fetch(`${tollgate.url}/v1/proofs/consistency?${query}`)).text();
  const given = await Promise.all([older, newer].map(fileOf));
  const args = [...given.flatMap((file) => ['--checkpoint', file]), ...keys.flatMap((text) => ['--key', text])];
  const run = runToEnd(process.execPath, [verifier, '--consistency', await fileOf(proof), ...args]);
  return [run.status, run.stdout + run.stderr];
};
/** Each step that a follower sees, checked as its page says. */
const follow = async (notes: readonly string[]): Promise<void> => {
  for (const [at, newer] of notes.slice(1).entries()) {
    const older = notes[at] ?? '';
    expect(sizeOf(newer)).toBeGreaterThanOrEqual(sizeOf(older));
    expect(await consistency(older, newer)).toEqual([0, expect.stringContaining('0 differences')]);
  }
};

beforeAll(async () => {
  port = await freePort();
  folder = await mkdtemp(join(tmpdir(), 'tollgate-followers-'));
  data = await createDataFolder();
  broker = await startKafka();
  parts = outsideOf(broker, prefix);
  tollgate = await start();
  await openPrepaid(tollgate.url, ['acme']);
  await until('something is signed', async () => (await fetch(`${tollgate.url}/v1/checkpoints/latest`)).ok);
  await tollgate.stop();
  keys = [(await readFile(`${key()}.pub`, 'utf8')).trim()];
  witness = await startWitness();
  tollgate = await start(witness.address);
});
afterAll(async () => {
  await parts.outside.close();
  await tollgate.stop();
  await broker.stop();
  await rm(folder, { recursive: true, force: true });
});

it('who follows the topic through kills of Tollgate and of the broker sees one history, each step proven', async () => {
  await untilThere();
  const reader = await parts.outside.read(topic);
  const killTollgate = async (): Promise<void> => {
    await tollgate.kill();
    tollgate = await start(witness.address);
  };
  const killBroker = async (): Promise<void> => {
    await broker.kill();
    broker = await startKafka();
  };
  for (const cut of [killTollgate, killBroker, killTollgate, killBroker]) {
    await record();
    await record();
    await cut();
    const newest = await record();
    await until('it has come', () => reader.messages.some(({ value }) => textOf(String(value)) === textOf(newest)));
  }
  const cosigned = await until('the newest has come with the line of the witness', () => {
    const last = String(reader.messages.at(-1)?.value);
    return last.includes(`\u2014 ${witnessName} `) && last;
  });
  expect(cosigned).toBe(await latest());
  const seen = reader.messages.map(({ value }) => String(value));
  expect(new Set(seen.map(textOf)).size).toBeGreaterThan(8);
  await follow(seen);
});

it('compaction leaves the newest, with the line of the witness, also once Tollgate was started while that is away', async () => {
  const newest = await until('the newest is cosigned', async () => {
    const note = await latest();
    return note.includes(`\u2014 ${witnessName} `) && note;
  });
  await witness.kill();
  await tollgate.kill();
  tollgate = await start(witness.address);
  await withAdmin((admin) => {
    const settings = { 'cleanup.policy': 'compact', 'segment.ms': '500', 'min.cleanable.dirty.ratio': '0.01' };
    const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
    return admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configEntries }],
    });
  });
  await tollgate.kill();
  tollgate = await start(witness.address);
  const left = await until('older ones are gone', async () => {
    const texts = await held(newest);
    return texts.length <= 2 && texts;
  });
  expect(left.at(-1)).toBe(newest);
  witness = await startWitness(witness.port);
});

it('a topic that was deleted has the newest again: at once when something is recorded, and within a minute when nothing is', async () => {
  await withAdmin((admin) => admin.deleteTopics({ topics: [topic] }));
  const recorded = await record();
  await untilThere();
  expect((await held(recorded)).at(-1)).toContain(textOf(recorded));
  await withAdmin((admin) => admin.deleteTopics({ topics: [topic] }));
  await until(
    'it is there again',
    () => withAdmin(async (admin) => (await admin.listTopics()).includes(topic)),
    100_000,
  );
  expect(await held(recorded)).toEqual(expect.arrayContaining([expect.stringContaining(textOf(recorded))]));
});

it('a key that follows is trusted once it is given, and without it is named; all is of one history', async () => {
  const before = await record();
  await tollgate.stop();
  const rotating = spawnTollgate(['audit', 'rotate-key', '--reason', 'a year has passed'], {
    TOLLGATE_SIGNING_KEY: key(),
  });
  expect((await rotating.exited).code).toBe(0);
  tollgate = await start();
  await until('the next key signs', async () => sizeOf(await latest()) > sizeOf(before));
  const after = await record();
  const texts = await held(after);
  expect(await consistency(before, after)).toEqual([
    1,
    expect.stringContaining('it is of a key that you were not given'),
  ]);
  keys.push((await readFile(`${key()}.pub`, 'utf8')).trim());
  await follow(texts);
});

it('a new origin has a key of its own on the topic, and names where the one before ended', async () => {
  const before = await record();
  await tollgate.stop();
  const args = ['audit', 'new-origin', '--reason', 'restored from Monday'];
  expect((await spawnTollgate(args, { TOLLGATE_SIGNING_KEY: key() }).exited).code).toBe(0);
  tollgate = await start();
  await until('the new origin is signed', async () => originOf(await latest()).endsWith('/2'));
  const after = await record();
  const texts = await held(after);
  const [old, next] = [originOf(before), `${originOf(before)}/2`];
  expect([...new Set(texts.map(originOf))].sort()).toEqual([old, next]);
  expect(textOf(texts.findLast((note) => originOf(note) === old) ?? '')).toBe(textOf(before));
  const [, size, root] = before.split('\n');
  expect(after.split('\n')).toContain(`continues ${old} ${String(size)} ${String(root)}`);
  expect(await consistency(before, after)).toEqual([1, expect.stringContaining(`it is of ${originOf(after)}`)]);
  await follow(texts.filter((note) => originOf(note) === next));
});
