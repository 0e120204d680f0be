import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { startBroker } from '../../infra/kafka/broker';
import type { Broker } from '../../infra/kafka/broker';
import { openPrepaid, postBatch } from './support/api';
import type { Fields } from './support/api';
import { untilReady } from './support/kafka-observer';
import type { TopicReader } from './support/kafka-observer';
import {
  commandsByAccount,
  deliveryFaultsOf,
  outsideOf,
  sendEntries,
  startOnKafka,
  untilConsumed,
  untilPublished,
} from './support/kafka-scenario';
import { startRoleProcesses } from './support/role-processes';
import type { RoleProcesses } from './support/role-processes';
import { newDatabase, newStoreLedger } from './support/set-ups';
import type { Database } from './support/set-ups';
import { entriesOf } from './support/traffic-load';
import { until } from './support/until';
import { inconsistenciesOf, readWholeState, recordedIds } from './support/whole-state';

const prefix = 'rolling.';
const revisionsQuery = 'select json_object_agg(account_id, revision) from tollgate.accounts';
const accounts = ['north', 'south', 'east', 'west', 'up', 'down'];

let broker: Broker;
let database: Database;
let tollgate: RoleProcesses;
let parts: ReturnType<typeof outsideOf>;
let published: TopicReader;

beforeAll(async () => {
  let store: NodeJS.ProcessEnv;
  [broker, store, database] = await Promise.all([startBroker(), newStoreLedger(), newDatabase()]);
  parts = outsideOf(broker, prefix);
  const starter = async (options: Parameters<typeof startRoleProcesses>[0]) =>
    (tollgate = await startRoleProcesses(options));
  const environment = { ...store, DATABASE_URL: database.url };
  await startOnKafka(broker.brokers, { data: '', prefix, environment, starter });
  await untilReady(tollgate.url);
  await openPrepaid(tollgate.url, accounts);
  published = await parts.outside.read(parts.topics.trafficControl);
});
afterAll(async () => {
  await tollgate.kill();
  await parts.outside.close();
  await broker.stop();
});

const betweenBatchesMs = 150;

/** Clients that do not stop when a process does: what was not answered is sent again, under the same ids. */
const startPersistentLoad = () => {
  let isOver = false;
  let next = 0;
  const acknowledged: string[] = [];
  const doubled: string[] = [];
  const untilAnswered = async (lines: readonly Fields[]): Promise<Fields[]> => {
    for (let attempt = 1; ; attempt += 1)
      try {
        const answers = await postBatch(tollgate.url, lines);
        if (attempt === 1 && answers.some(({ duplicate }) => duplicate === true)) doubled.push(JSON.stringify(lines));
        return answers;
      } catch {
        await delay(100);
      }
  };
  const work = async (): Promise<void> => {
    while (!isOver) {
      const lines = entriesOf(accounts, 1_000_000 + next, 10);
      next += 10;
      for (const { status, id } of await untilAnswered(lines))
        if (status === 200 || status === 201) acknowledged.push(id as string);
      await delay(betweenBatchesMs);
    }
  };
  const working = Promise.all([work(), work()]);
  return {
    acknowledged,
    doubled,
    end: async (): Promise<void> => {
      isOver = true;
      await working;
    },
  };
};

describe('SIGTERM to one process after another while messages and calls flow, each started anew', () => {
  const messages = 600;

  it('loses nothing and counts nothing twice', async () => {
    const load = startPersistentLoad();
    const sending = (async () => {
      for (let sent = 0; sent < messages; sent += 50) {
        await sendEntries(parts, entriesOf(accounts, sent, 50));
        await delay(200);
      }
    })();
    for (const member of tollgate.processes) {
      const before = load.acknowledged.length;
      const { role } = member;
      expect({ role, ...(await member.tollgate.stop()) }).toEqual({ role, code: 0, signal: null });
      await until(`calls are answered without a process of ${role}`, () => load.acknowledged.length > before);
      await tollgate.startAgain(member);
      await untilReady(tollgate.url);
    }
    await Promise.all([sending, load.end()]);
    await untilConsumed(parts, `${prefix}group`);
    const state = await readWholeState(tollgate.url);
    expect(inconsistenciesOf(state)).toEqual([]);
    const recorded = state.histories.flatMap(recordedIds);
    const sent = Array.from({ length: messages }, (_, index) => `e${String(index)}`);
    expect(recorded.sort()).toEqual([...sent, ...load.acknowledged].sort());
    expect(load.doubled).toEqual([]);
  });

  it('publishes every command in order, and the reports have all of it', async () => {
    const { accounts: shown, commands } = await readWholeState(tollgate.url);
    await untilPublished(published, commands.length);
    expect(deliveryFaultsOf(published.messages)).toEqual([]);
    for (const [accountId, ofAccount] of commandsByAccount(published.messages))
      expect(ofAccount).toEqual(
        commands.map(({ command }) => command).filter((command) => command.accountId === accountId),
      );
    const revisions = Object.fromEntries(
      shown.map(({ accountId, revision }) => [accountId, revision] as [string, number]),
    );
    await until('the reports are level', async () =>
      isDeepStrictEqual(JSON.parse(await database.ask(revisionsQuery)), revisions),
    );
  });
});
