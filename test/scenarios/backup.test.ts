import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { startBroker } from '../../infra/kafka/broker';
import { openPrepaid, postBatch, readAll } from './support/api';
import { jsonOf, untilReady } from './support/kafka-observer';
import { deliveryFaultsOf, outsideOf, sendEntries, startOnKafka, untilConsumed } from './support/kafka-scenario';
import { createDataFolder, runTollgate, startTollgate } from './support/tollgate-process';
import type { Tollgate } from './support/tollgate-process';
import { entriesOf, startLoad } from './support/traffic-load';
import { until } from './support/until';
import { inconsistenciesOf, readWholeState, recordedIds } from './support/whole-state';

const root = resolve(__dirname, '../..');
const accounts = ['north', 'south', 'east', 'west'];

const openAccounts = async ({ url }: Tollgate): Promise<void> => {
  await openPrepaid(url, accounts);
};

const idsAt = async ({ url }: Tollgate): Promise<string[]> => {
  const histories = await Promise.all(accounts.map((accountId) => readAll(url, `/v1/accounts/${accountId}/history`)));
  return histories.flatMap(recordedIds).sort();
};

const idOf = (entry: Record<string, unknown>): string => (entry['paymentId'] ?? entry['usageId']) as string;

const lastByKey = (commands: readonly unknown[]): Map<string, unknown> =>
  new Map(
    (commands as { accountId: string; direction: string }[]).map((one) => [`${one.accountId}/${one.direction}`, one]),
  );

/** The examples of the README for backing up and for the way back, in their order. */
const examples = (): string[] => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const section = readme.slice(readme.indexOf('### Backup and restore'), readme.indexOf('## Benchmarks'));
  return [...section.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = '']) => block);
};

/** Runs an example in a folder that has the data folder `data`. */
const runExample = (example: string, folder: string): void => {
  const script = example.replaceAll('npx tollgate', `node ${join(root, 'services/tollgate/bin/tollgate.js')}`);
  const { status, stderr } = spawnSync('bash', ['-e', '-c', script], { cwd: folder, encoding: 'utf8' });
  expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
};

test('backups beside a Tollgate that writes, and that is killed, hold all that was acknowledged before them, and serve', async () => {
  const folder = await createDataFolder();
  const [data, backup] = [join(folder, 'data'), join(folder, 'backup')];
  let tollgate = await startTollgate({ data });
  await openAccounts(tollgate);
  let load = startLoad(tollgate.url, accounts);
  let acknowledged: string[] = [];
  const backUp = async (): Promise<void> => {
    const before = load.acknowledged.length;
    await until('it takes more', () => load.acknowledged.length > before);
    acknowledged = [...new Set([...acknowledged, ...load.acknowledged.map(idOf)])];
    expect(await runTollgate('backup', backup, '--data', data)).toMatchObject({ code: 0 });
  };
  for (let turn = 0; turn < 2; turn += 1) {
    await backUp();
    await tollgate.kill();
    await load.ended();
    expect(await runTollgate('backup', backup, '--data', data)).toMatchObject({ code: 0 });
    tollgate = await startTollgate({ data });
    load = startLoad(tollgate.url, accounts, load.next());
  }
  await backUp();
  await load.ended();
  await tollgate.kill();
  await rm(data, { recursive: true });
  expect(await runTollgate('restore', backup, '--data', data)).toMatchObject({ code: 0 });
  tollgate = await startTollgate({ data });
  expect(inconsistenciesOf(await readWholeState(tollgate.url))).toEqual([]);
  const ids = new Set(await idsAt(tollgate));
  expect(acknowledged.filter((id) => !ids.has(id))).toEqual([]);
  expect(await tollgate.stop()).toEqual({ code: 0, signal: null });
});

test('the drill of the README: a ledger that is lost is restored from its backup, behind its topics, and is as it was', async () => {
  const prefix = 'drill.';
  const [backUp = '', goBack = ''] = examples();
  const folder = await createDataFolder();
  const data = join(folder, 'data');
  const broker = await startBroker();
  const parts = outsideOf(broker, prefix);
  try {
    let tollgate = await startOnKafka(broker.brokers, { data, prefix });
    await untilReady(tollgate.url);
    await openAccounts(tollgate);
    await sendEntries(parts, entriesOf(accounts, 0, 200));
    await untilConsumed(parts, `${prefix}group`);
    runExample(backUp, folder);

    const overHttp = entriesOf(accounts, 10_000, 40);
    await sendEntries(parts, entriesOf(accounts, 200, 200));
    await untilConsumed(parts, `${prefix}group`);
    await postBatch(tollgate.url, overHttp);
    const [before, idsBefore] = [await readWholeState(tollgate.url), await idsAt(tollgate)];
    await tollgate.kill();

    runExample(goBack, folder);
    const kafka = ['--kafka-brokers', broker.brokers.join(), '--kafka-topic-prefix', prefix];
    expect(await runTollgate('topics', 'reset', '--yes', ...kafka)).toMatchObject({ code: 0 });

    tollgate = await startOnKafka(broker.brokers, { data, prefix });
    await untilReady(tollgate.url);
    await postBatch(tollgate.url, overHttp);
    await until('what the topics hold is back', async () => (await idsAt(tollgate)).length >= idsBefore.length, 60_000);
    expect(await idsAt(tollgate)).toEqual(idsBefore);
    const after = await readWholeState(tollgate.url);
    expect(inconsistenciesOf(after)).toEqual([]);
    expect(after.accounts.map(({ balances }) => balances)).toEqual(before.accounts.map(({ balances }) => balances));
    expect(tollgate.output()).toContain('The log is an older copy');

    const reader = await parts.outside.read(parts.topics.trafficControl);
    const last = lastByKey(after.commands.map(({ command }) => command));
    await until('each key ends with its last command', () =>
      isDeepStrictEqual(lastByKey(reader.messages.map(jsonOf)), last),
    );
    expect(deliveryFaultsOf(reader.messages)).toEqual([]);
    expect(after.commands.map(({ command }) => command)).toEqual(expect.arrayContaining(reader.messages.map(jsonOf)));
    runExample(backUp, folder);
    await tollgate.stop();
  } finally {
    await parts.outside.close();
    await broker.stop();
  }
});
