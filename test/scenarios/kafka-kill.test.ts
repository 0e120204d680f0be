import { startBroker } from '../../infra/kafka/broker';
import type { Broker } from '../../infra/kafka/broker';
import { openPrepaid } from './support/api';
import { jsonOf, untilReady } from './support/kafka-observer';
import type { TopicReader } from './support/kafka-observer';
import {
  commandsByAccount,
  deliveryFaultsOf,
  outsideOf,
  readOffsets,
  sendEntries,
  startOnKafka,
  untilConsumed,
  untilPublished,
} from './support/kafka-scenario';
import { createDataFolder, startTollgate } from './support/tollgate-process';
import type { Tollgate } from './support/tollgate-process';
import { entriesOf } from './support/traffic-load';
import { until } from './support/until';
import { inconsistenciesOf, lastPosition, readWholeState, recordedIds } from './support/whole-state';
import type { WholeState } from './support/whole-state';

const prefix = 'kill.';
const group = `${prefix}group`;
const accounts = ['north', 'south', 'east', 'west', 'up', 'down'];

const messages = 6_000;

let broker: Broker;
let parts: ReturnType<typeof outsideOf>;
let data: string;
let tollgate: Tollgate;
let inputs: TopicReader[];
let trafficControl: TopicReader;

beforeAll(async () => {
  broker = await startBroker();
  parts = outsideOf(broker, prefix);
  data = await createDataFolder();
  tollgate = await startOnKafka(broker.brokers, { data, prefix });
  await untilReady(tollgate.url);
  await openPrepaid(tollgate.url, accounts);
  inputs = [await parts.outside.read(parts.topics.payments), await parts.outside.read(parts.topics.usage)];
  trafficControl = await parts.outside.read(parts.topics.trafficControl);
});

afterAll(async () => {
  await tollgate.kill();
  await parts.outside.close();
  await broker.stop();
});

const position = (): Promise<number> => lastPosition(tollgate.url);

/** Ids of messages below the committed offsets: those that Tollgate told the broker it is done with. */
const committedIds = async (): Promise<string[]> => {
  const offsets = await readOffsets(parts, group);
  const ends = [parts.topics.payments, parts.topics.usage].map((topic) =>
    [...offsets].filter(([name]) => name.startsWith(`${topic}/`)).reduce((sum, [, { end }]) => sum + Number(end), 0),
  );
  await Promise.all(inputs.map((reader, index) => reader.untilCount(ends[index] ?? 0)));
  return [parts.topics.payments, parts.topics.usage].flatMap((topic, index) =>
    (inputs[index]?.messages ?? [])
      .filter(
        ({ partition, offset }) => BigInt(offset) < (offsets.get(`${topic}/${String(partition)}`)?.committed ?? 0n),
      )
      .flatMap(({ value }) => {
        const [, id] = /"(?:payment|usage)Id":"([^"]+)"/.exec(value?.toString() ?? '') ?? [];
        return id ?? [];
      }),
  );
};

const garbagePerSend = 5;

/** Messages that must be rejected, each of its own text, over all partitions. */
const garbage = (sent: number) =>
  Array.from({ length: garbagePerSend }, (_, index) => {
    const text = `garbage ${String(sent + index)}`;
    return { key: text, value: text };
  });

const idsOf = (state: WholeState): string[] => state.histories.flatMap(recordedIds);

describe('kill -9 of Tollgate while messages flow', () => {
  const rounds = 3;

  it('commits no offset before its messages are durable, loses none, counts none twice', async () => {
    const sending = (async () => {
      for (let sent = 0; sent < messages; sent += 200) {
        await sendEntries(parts, entriesOf(accounts, sent, 200));
        await parts.outside.send(parts.topics.usage, garbage(sent));
      }
    })();
    for (let round = 0; round < rounds; round += 1) {
      const from = await position();
      await until('messages flow', async () => (await position()) > from + 400 + 137 * round, 60_000);
      await tollgate.kill();
      // Without Kafka first: what is in the log now was durable at the kill.
      const committed = await committedIds();
      tollgate = await startTollgate({ data });
      const recorded = new Set(idsOf(await readWholeState(tollgate.url)));
      expect(committed.filter((id) => !recorded.has(id))).toEqual([]);
      await tollgate.kill();
      tollgate = await startOnKafka(broker.brokers, { data, prefix });
      await untilReady(tollgate.url);
    }
    await sending;
    await untilConsumed(parts, group);
    const state = await readWholeState(tollgate.url);
    expect(idsOf(state).sort()).toEqual(Array.from({ length: messages }, (_, index) => `e${String(index)}`).sort());
    expect(inconsistenciesOf(state)).toEqual([]);
  });

  it('publishes every command in order with no gap, a copy being byte for byte the same', async () => {
    const { commands } = await readWholeState(tollgate.url);
    await untilPublished(trafficControl, commands.length);
    expect(deliveryFaultsOf(trafficControl.messages)).toEqual([]);
    for (const [accountId, published] of commandsByAccount(trafficControl.messages))
      expect(published).toEqual(
        commands.map(({ command }) => command).filter((command) => command.accountId === accountId),
      );
  });
});

describe('messages that were refused before, between and after the kills', () => {
  it('are on the rejected topic, each of them, a copy being byte for byte the same', async () => {
    const rejected = await parts.outside.read(parts.topics.rejected);
    const texts = (): Set<unknown> => new Set(rejected.messages.map((message) => jsonOf(message)['payload']));
    const expected = (messages / 200) * garbagePerSend;
    await until('every rejection is published', () => texts().size >= expected, 60_000);
    expect(texts().size).toBe(expected);
    const copies = new Set(rejected.messages.map(({ key, value }) => `${key ?? ''} ${value?.toString() ?? ''}`));
    expect(copies.size).toBe(expected);
  });
});

describe('SIGTERM while messages flow', () => {
  it('finishes what was taken, stops within seconds, and the next start goes on where it stopped', async () => {
    const before = await position();
    const sending = sendEntries(parts, entriesOf(accounts, messages, 4_000));
    await until('messages flow', async () => (await position()) > before + 100);
    const startedAt = Date.now();
    expect(await tollgate.stop()).toEqual({ code: 0, signal: null });
    expect(Date.now() - startedAt).toBeLessThan(8_000);
    await sending;
    tollgate = await startOnKafka(broker.brokers, { data, prefix });
    await untilReady(tollgate.url);
    await untilConsumed(parts, group);
    const state = await readWholeState(tollgate.url);
    expect(idsOf(state)).toHaveLength(messages + 4_000);
    expect(inconsistenciesOf(state)).toEqual([]);
  });
});
