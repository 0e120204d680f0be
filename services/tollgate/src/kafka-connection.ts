import { raterTopicsOf, topicsOf } from '@tollgate/contracts';
import type { Topics } from '@tollgate/contracts';
import { createKafka } from '@tollgate/kafka';
import type { KafkaClient } from '@tollgate/kafka';
import type { Log } from '@tollgate/service-runtime';
import { makeFirstContact } from './first-contact';
import type { FirstContact } from './first-contact';
import type { Settings } from './settings';

/** What speaks to the brokers shares this. They may be away at start or go away later: the rest goes on, and this resumes. */
export type KafkaConnection = {
  client: KafkaClient;
  topics: Topics;
  contact: FirstContact;
  /** Lets go of a first contact that was not made. */
  stop(): void;
};

export const connectKafka = (settings: Settings, logger: Log): KafkaConnection => {
  const topics = topicsOf(settings.kafkaTopicPrefix);
  const client = createKafka(kafkaSettingsOf(settings), logger);
  const stopping = new AbortController();
  const contact = makeFirstContact({ client, topics, others: othersOf(settings), logger, signal: stopping.signal });
  return {
    client,
    topics,
    contact,
    stop: () => {
      stopping.abort();
    },
  };
};

/** Only where calls are rated. */
const othersOf = ({ rater, kafkaTopicPrefix }: Settings): string[] =>
  rater === undefined ? [] : Object.values(raterTopicsOf(kafkaTopicPrefix));

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
