import type { SASLOptions } from 'kafkajs';
import { openConnection, type Connection } from './connection';
import type { KafkaLog } from './logging';

export type KafkaSettings = {
  /** `host:port` of some brokers of the cluster; the others are learned from them. */
  brokers: readonly string[];
  /** What the brokers call us in their logs and quotas. */
  clientId: string;
  ssl?: boolean;
  sasl?: { mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; username: string; password: string };
};

/** Where the brokers are and how to reach them. Holds no connection: what is made from it does. */
export type KafkaClient = { readonly log: KafkaLog; connect(): Connection };

const saslOptions = ({ mechanism, username, password }: NonNullable<KafkaSettings['sasl']>): SASLOptions => {
  switch (mechanism) {
    case 'plain':
      return { mechanism, username, password };
    case 'scram-sha-256':
      return { mechanism, username, password };
    case 'scram-sha-512':
      return { mechanism, username, password };
  }
};

/** Connects to nothing yet, so it cannot fail. */
export const createKafka = (settings: KafkaSettings, log: KafkaLog): KafkaClient => ({
  log,
  connect: () =>
    openConnection(log, {
      brokers: [...settings.brokers],
      clientId: settings.clientId,
      ssl: settings.ssl ?? false,
      ...(settings.sasl && { sasl: saslOptions(settings.sasl) }),
    }),
});
