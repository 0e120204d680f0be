import { setTimeout as sleep } from 'node:timers/promises';
import { startBroker, type Broker } from '../../../infra/kafka/broker';
import { createKafka, runConsumer, type ConsumerOptions, type KafkaClient, type KafkaLog } from './index';

export { startBroker, type Broker };

/** Waits for the condition, not for time. */
export const until = async (isMet: () => boolean, what: string, limitMs = 40_000): Promise<void> => {
  const deadline = Date.now() + limitMs;
  while (!isMet()) {
    if (Date.now() > deadline) throw new Error(`never happened: ${what}`);
    await sleep(10);
  }
};

export type LogLine = { level: keyof KafkaLog; fields: object; message: string };

export const recordingLog = (lines: LogLine[] = []): KafkaLog => {
  const write = (level: keyof KafkaLog) => (fields: object, message: string) => {
    lines.push({ level, fields, message });
  };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
};

export const clientOf = ({ brokers }: Pick<Broker, 'brokers'>, lines?: LogLine[]): KafkaClient =>
  createKafka({ brokers, clientId: 'test' }, recordingLog(lines));

/** A consumer that collects the values it was given, as text. */
export const collect = (
  client: KafkaClient,
  options: Partial<ConsumerOptions> & { topics: string[]; groupId: string },
) => {
  const values: string[] = [];
  const consumer = runConsumer(client, {
    onBatch: (messages) => {
      values.push(...messages.map(({ value }) => String(value)));
      return Promise.resolve();
    },
    ...options,
  });
  return { ...consumer, values };
};

export const numbered = (topic: string, from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => ({ topic, key: 'acme', value: String(from + index) }));

export const numbers = (from: number, to: number): string[] => numbered('', from, to).map(({ value }) => value);
