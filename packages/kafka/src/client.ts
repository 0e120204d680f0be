import type { SASLOptions } from 'kafkajs';
import { openConnection, type Connection, type OnOutOfRange } from './connection';
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
export type KafkaClient = { readonly log: KafkaLog; connect(onOutOfRange?: OnOutOfRange): Connection };

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
  connect: (onOutOfRange) => {
    const { brokers, clientId, ssl = false, sasl } = settings;
    const options = { brokers: [...brokers], clientId, ssl, ...(sasl && { sasl: saslOptions(sasl) }) };
    return openConnection(log, options, onOutOfRange);
  },
});
