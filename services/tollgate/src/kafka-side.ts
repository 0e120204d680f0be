import { setTimeout as delay } from 'node:timers/promises';
import { topicsOf } from '@tollgate/contracts';
import type { LogEvent, Topics } from '@tollgate/contracts';
import type { EventLog } from '@tollgate/event-store';
import { createMessageHandler } from '@tollgate/intake';
import type { Ledger } from '@tollgate/intake';
import { createKafka, ensureTopics, runConsumer } from '@tollgate/kafka';
import type { KafkaClient, RunningConsumer } from '@tollgate/kafka';
import type { ProjectionStore } from '@tollgate/projection-store';
import type { Log } from '@tollgate/service-runtime';
import { createCommitNotes } from './commit-notes';
import { startRelays } from './relays';
import type { Relays } from './relays';
import type { Settings } from './settings';

/** Everything that speaks to Kafka. It may be away at start or go away later: the rest goes on, and this resumes. */
export type KafkaSide = {
  relays: Relays['running'];
  readiness(): { isReady: boolean; detail: string };
  stopIntake(): Promise<void>;
  stopRelays(): Promise<void>;
};

type Parts = {
  settings: Settings;
  log: EventLog<LogEvent>;
  ledger: Ledger;
  openStore(name: 'trafficRelay' | 'rejectedRelay'): Promise<ProjectionStore>;
  clock: () => Date;
  logger: Log;
};

const partitions = 6;
const retryMs = 1_000;

export const connectKafka = async ({ settings, log, ledger, openStore, clock, logger }: Parts): Promise<KafkaSide> => {
  const topics = topicsOf(settings.kafkaTopicPrefix);
  const client = createKafka(kafkaSettingsOf(settings), logger);
  const stopping = new AbortController();
  const relays = await startRelays({ client, topics, log, openStore, logger });
  let consumer: RunningConsumer | undefined;
  const start = async (): Promise<void> => {
    await createTopics({ client, topics, logger, signal: stopping.signal });
    if (stopping.signal.aborted) return;
    consumer = runConsumer(client, {
      groupId: settings.kafkaGroup,
      topics: [topics.payments, topics.usage],
      partitionsConcurrently: partitions,
      onBatch: createMessageHandler({ ledger, topics, clock }),
      notes: createCommitNotes(log, settings.kafkaGroup, logger),
    });
  };
  void start();

  return {
    relays: relays.running,
    readiness: () => {
      const state = consumer?.state() ?? 'connecting';
      const why = consumer?.reason() ? `: ${consumer.reason()}` : '';
      const brokers = settings.kafkaBrokers?.join(',') ?? '';
      return { isReady: state === 'running', detail: `consumer ${state}, ${brokers}${why}` };
    },
    stopIntake: async () => {
      stopping.abort();
      await consumer?.stop();
    },
    stopRelays: relays.stop,
  };
};

/** Creates the topics that are missing as soon as a broker answers, and says what the broker refuses. */
const createTopics = async ({
  client,
  topics,
  logger,
  signal,
}: {
  client: KafkaClient;
  topics: Topics;
  logger: Log;
  signal: AbortSignal;
}): Promise<void> => {
  const wanted = Object.values(topics).map((name) => ({ name, partitions, compacted: name === topics.trafficControl }));
  while (!signal.aborted) {
    try {
      await ensureTopics(client, wanted);
      return;
    } catch (error) {
      logger.warn(
        { error: error instanceof Error ? error.message : String(error) },
        'Kafka does not answer; Tollgate works on over HTTP and tries again',
      );
      await delay(retryMs, undefined, { signal }).catch(() => undefined);
    }
  }
};

/** How to reach the brokers. */
export const kafkaSettingsOf = (settings: Settings) => {
  const { kafkaSaslMechanism: mechanism, kafkaSaslUsername: username, kafkaSaslPassword: password } = settings;
  return {
    brokers: settings.kafkaBrokers ?? [],
    clientId: settings.kafkaClientId,
    ssl: settings.kafkaTls,
    ...(mechanism !== undefined &&
      username !== undefined &&
      password !== undefined && { sasl: { mechanism, username, password } }),
  };
};
