import { ConfigResourceTypes } from 'kafkajs';
import { clientOf, recordingLog, startBroker, type Broker, type LogLine } from './broker.test-support';
import { KafkaUnavailable, createKafka, ensureTopics } from './index';

const wanted = [
  { name: 'payments', compacted: false, partitions: 6 },
  { name: 'traffic', compacted: true, partitions: 6 },
];

let broker: Broker;

beforeAll(async () => {
  broker = await startBroker();
}, 120_000);

afterAll(() => broker.stop());

const described = async (name: string) => {
  const connection = clientOf(broker).connect();
  const admin = connection.kafka.admin();
  await admin.connect();
  const { topics } = await admin.fetchTopicMetadata({ topics: [name] });
  const resources = [{ type: ConfigResourceTypes.TOPIC, name, configNames: ['cleanup.policy'] }];
  const { resources: configs } = await admin.describeConfigs({ resources, includeSynonyms: false });
  await admin.disconnect();
  return { partitions: topics[0]?.partitions.length, cleanup: configs[0]?.configEntries[0]?.configValue };
};

describe('ensureTopics', () => {
  it('creates what is missing as asked, once', async () => {
    const client = clientOf(broker);
    const nothing = { created: [], existing: [], refused: [], notCompacted: [] };
    expect(await ensureTopics(client, wanted)).toEqual({ ...nothing, created: ['payments', 'traffic'] });
    expect(await ensureTopics(client, wanted)).toEqual({ ...nothing, existing: ['payments', 'traffic'] });
    expect(await described('traffic')).toEqual({ partitions: 6, cleanup: 'compact' });
    expect(await described('payments')).toEqual({ partitions: 6, cleanup: 'delete' });
  });

  it('is right when two start at once', async () => {
    const topics = [{ name: 'contended', compacted: true, partitions: 6 }];
    const results = await Promise.all([1, 2, 3].map(() => ensureTopics(clientOf(broker), topics)));
    expect(results.flatMap(({ created }) => created)).toEqual(['contended']);
    expect(results.flatMap(({ refused }) => refused)).toEqual([]);
  });

  it('tells of a topic we rely on that is not compacted', async () => {
    await ensureTopics(clientOf(broker), [{ name: 'forgetful', compacted: false, partitions: 1 }]);
    const lines: LogLine[] = [];
    const result = await ensureTopics(clientOf(broker, lines), [{ name: 'forgetful', compacted: true, partitions: 1 }]);
    expect(result.notCompacted).toEqual(['forgetful']);
    expect(lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });

  it('reports what the broker refuses and creates the rest', async () => {
    const impossible = { name: 'not a legal name', compacted: false, partitions: 6 };
    const result = await ensureTopics(clientOf(broker), [
      impossible,
      { name: 'legal', compacted: false, partitions: 1 },
    ]);
    expect(result.refused).toEqual([
      { topic: impossible.name, reason: expect.stringContaining('INVALID_TOPIC') as string },
    ]);
    expect(result.created).toEqual(['legal']);
  });

  it('throws KafkaUnavailable when no broker answers', async () => {
    const nobody = createKafka({ brokers: ['127.0.0.1:1'], clientId: 'test' }, recordingLog());
    await expect(ensureTopics(nobody, wanted)).rejects.toThrow(KafkaUnavailable);
  }, 30_000);
});
