import { ConfigResourceTypes } from 'kafkajs';
import type { Admin } from 'kafkajs';
import { get, postBatch } from './api';
import type { Fields } from './api';
import type { Received } from './kafka-observer';
import type { outsideOf } from './kafka-scenario';
import { until } from './until';

type Outsiders = ReturnType<typeof outsideOf>;

export const withAdmin = async ({ outside }: Outsiders, act: (admin: Admin) => Promise<unknown>): Promise<void> => {
  const admin = outside.kafka.admin();
  await admin.connect();
  try {
    await act(admin);
  } finally {
    await admin.disconnect();
  }
};

/** What a topic holds now, to its end. */
export const contentOf = async (parts: Outsiders, topic = parts.topics.trafficControl): Promise<Received[]> => {
  let count = 0;
  await withAdmin(parts, async (admin) => {
    const spans = await admin.fetchTopicOffsets(topic);
    count = spans.reduce((sum, { low, high }) => sum + Number(high) - Number(low), 0);
  });
  if (count === 0) return [];
  const reader = await parts.outside.read(topic);
  return [...(await reader.untilCount(count))];
};

/** The last message of each key, as it is byte for byte. */
export const lastOfKeys = (messages: readonly Received[]) =>
  new Map(messages.map(({ key, value, headers }) => [key, { value: value?.toString(), headers }]));

export const untilHolding = (parts: Outsiders, count: number, topic?: string): Promise<Received[]> =>
  until(`${String(count)} messages`, async () => {
    const messages = await contentOf(parts, topic).catch(() => []);
    return messages.length >= count && messages;
  });

/** What /readyz says of the relay of commands. */
export const relayPart = async (url: string): Promise<{ status: number; detail: string }> => {
  const { status, body } = await get(url, '/readyz');
  const found = (body['parts'] as Fields[]).find(({ name }) => name === 'traffic-control relay');
  return { status, detail: (found?.['detail'] ?? '') as string };
};

/** Deletes what partitions hold: the broker does so only while the topic is not compacted. */
export const emptyPartitions = (
  parts: Outsiders,
  topic: string,
  isEmptied: (partition: number) => boolean = () => true,
): Promise<void> =>
  withAdmin(parts, async (admin) => {
    const setPolicy = (value: string) => {
      const configEntries = [{ name: 'cleanup.policy', value }];
      const resources = [{ type: ConfigResourceTypes.TOPIC, name: topic, configEntries }];
      return admin.alterConfigs({ validateOnly: false, resources });
    };
    await setPolicy('delete');
    const spans = await admin.fetchTopicOffsets(topic);
    const partitions = spans
      .filter(({ partition, low, high }) => low !== high && isEmptied(partition))
      .map(({ partition, high }) => ({ partition, offset: high }));
    await until('the records are deleted', () =>
      admin.deleteTopicRecords({ topic, partitions }).then(
        () => true,
        () => false,
      ),
    );
    await setPolicy('compact');
  });

let turns = 0;

/** Pays each account an amount or, with a minus, charges it, so that its traffic turns. */
export const turnTraffic = async (url: string, accountIds: readonly string[], amount: string): Promise<void> => {
  turns += 1;
  const id = `turn-${String(turns)}`;
  const record = amount.startsWith('-') ? { kind: 'usage', usageId: id } : { kind: 'payment', paymentId: id };
  const answers = await postBatch(
    url,
    accountIds.map((accountId) => ({
      ...record,
      ...{ accountId, direction: 'inbound', amount: amount.replace('-', ''), currency: 'EUR' },
    })),
  );
  expect(answers.map(({ status }) => status)).toEqual(accountIds.map(() => 201));
};
