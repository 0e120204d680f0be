import { topicsOf } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { EventLog } from '@tollgate/event-store';
import { createMessageHandler } from '@tollgate/intake';
import type { Ledger } from '@tollgate/intake';
import { createKafka, runConsumer } from '@tollgate/kafka';
import type { RunningConsumer } from '@tollgate/kafka';
import type { Folder } from '@tollgate/folder';
import type { Log } from '@tollgate/service-runtime';
import { createCommitNotes } from './commit-notes';
import { makeFirstContact, partitions } from './first-contact';
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
  relayFolder: Folder;
  clock: () => Date;
  logger: Log;
};

export const connectKafka = async ({
  settings,
  log,
  ledger,
  relayFolder,
  clock,
  logger,
}: Parts): Promise<KafkaSide> => {
  const topics = topicsOf(settings.kafkaTopicPrefix);
  const client = createKafka(kafkaSettingsOf(settings), logger);
  const stopping = new AbortController();
  const relays = await startRelays({ client, topics, log, folder: relayFolder, logger });
  const contact = makeFirstContact({ client, topics, logger, signal: stopping.signal });
  let consumer: RunningConsumer | undefined;
  const start = async (): Promise<void> => {
    await contact.done;
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
      const reason = consumer === undefined ? contact.reason() : consumer.reason();
      const brokers = settings.kafkaBrokers?.join(',') ?? '';
      return {
        isReady: state === 'running',
        detail: `consumer ${state}, ${brokers}${reason === '' ? '' : `: ${reason}`}`,
      };
    },
    stopIntake: async () => {
      stopping.abort();
      await consumer?.stop();
    },
    stopRelays: relays.stop,
  };
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
