import { Kafka, logLevel } from 'kafkajs';
import type { Message } from 'kafkajs';
import { openSocket } from '../../scenarios/support/kafka-observer';

type Cdr = {
  cdrId: string;
  callId: string;
  originator: string;
  terminator: string;
  startedAt: string;
  durationMs: number;
  attributes: Record<string, string>;
};

const retry = { initialRetryTime: 100, maxRetryTime: 500, retries: 1_000 };

/** A rater of another house: a cent for each second that was begun, to the originator and from the terminator. */
export const startOutsideRater = async (brokers: readonly string[], prefix = 'tollgate.') => {
  const kafka = new Kafka({
    clientId: 'rater',
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    retry,
    socketFactory: openSocket,
  });
  const topics = { cdrs: `${prefix}cdr.v1`, usage: `${prefix}usage.v1` };
  const admin = kafka.admin();
  await admin.connect();
  await admin
    .createTopics({ topics: [{ topic: topics.cdrs, numPartitions: 6 }], waitForLeaders: true })
    .catch(() => undefined);
  await admin.disconnect();
  const producer = kafka.producer();
  const consumer = kafka.consumer({ groupId: `${prefix}rater`, sessionTimeout: 6_000, maxWaitTimeInMs: 100, retry });
  await Promise.all([producer.connect(), consumer.connect()]);
  await consumer.subscribe({ topics: [topics.cdrs], fromBeginning: true });
  await consumer.run({
    eachBatch: async ({ batch }) => {
      const messages = batch.messages.flatMap(({ value }) => usageOf(JSON.parse(String(value)) as Cdr));
      await producer.send({ topic: topics.usage, messages, acks: -1 });
    },
  });
  return { stop: () => Promise.all([consumer.disconnect(), producer.disconnect()]) };
};

const usageOf = ({ cdrId, callId, originator, terminator, startedAt, durationMs, attributes }: Cdr): Message[] => {
  const amount = String(Math.ceil(durationMs / 1_000) / 100);
  const common = { amount, currency: 'EUR', callId, startedAt, durationSeconds: durationMs / 1_000 };
  const leg = (accountId: string, direction: 'inbound' | 'outbound', authorizationId: string | undefined): Message => ({
    key: accountId,
    value: JSON.stringify({ usageId: `${cdrId}/${direction}`, accountId, direction, ...common, authorizationId }),
  });
  return [
    leg(originator, 'inbound', attributes['authorizationInbound']),
    leg(terminator, 'outbound', attributes['authorizationOutbound']),
  ];
};
