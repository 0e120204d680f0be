import { setTimeout as sleep } from 'node:timers/promises';
import { startBroker, type Broker } from '../../../infra/kafka/broker';
import { createKafka, runConsumer, type ConsumerOptions, type KafkaClient, type KafkaLog } from './index';

export { startBroker, type Broker };

/** Waits for the condition, not for time. */
export const until = async (isMet: () => boolean | Promise<boolean>, what: string, limitMs = 40_000): Promise<void> => {
  const deadline = Date.now() + limitMs;
  while (!(await isMet())) {
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

/** What the group of a topic's name has committed, of each partition that it has committed something of. */
export const committedOf = async (client: KafkaClient, topic: string): Promise<string[]> => {
  const connection = client.connect();
  const admin = connection.kafka.admin();
  try {
    await admin.connect();
    const found = await admin.fetchOffsets({ groupId: topic, topics: [topic] });
    const offsets = found.flatMap(({ partitions }) => partitions.map(({ offset }) => offset));
    return offsets.filter((offset) => offset !== '-1');
  } finally {
    await admin.disconnect();
    connection.cut();
  }
};

/** A handler whose calls settle when they are told to. */
export const handling = () => {
  type Call = { values: string[]; isOpen: boolean; succeed(): void; fail(): void };
  const calls: Call[] = [];
  let succeedsAtOnce = false;
  const open = () => calls.filter(({ isOpen }) => isOpen);
  const onBatch: ConsumerOptions['onBatch'] = (messages) =>
    new Promise((resolve, reject) => {
      const close = (settle: () => void) => () => {
        call.isOpen = false;
        settle();
      };
      const call: Call = {
        values: messages.map(({ value }) => String(value)),
        isOpen: true,
        succeed: close(resolve),
        fail: close(() => {
          reject(new Error('unwritable'));
        }),
      };
      calls.push(call);
      if (succeedsAtOnce) call.succeed();
    });
  const succeedFromNowOn = (): void => {
    succeedsAtOnce = true;
    for (const call of open()) call.succeed();
  };
  return { calls, open, onBatch, succeedFromNowOn };
};
