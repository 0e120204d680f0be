import type { Kafka } from 'kafkajs';
import { ownCluster } from './private-cluster';
import { withTimeLimit } from './time-limit';

/** What kafkajs's consumers stand on. It is not public, and the only way to read without a group, and to be in one without reading (decisions/005, 007). */
export type Cluster = {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  findTopicPartitionMetadata(topic: string): { partitionId: number }[];
  findLeaderForPartitions(topic: string, partitions: number[]): Record<string, number[]>;
  fetchTopicsOffset(
    topics: { topic: string; fromBeginning: boolean; partitions: { partition: number }[] }[],
  ): Promise<TopicOffsets[]>;
  findBroker(which: { nodeId: string }): Promise<Broker>;
  findGroupCoordinator(which: { groupId: string }): Promise<Coordinator>;
  brokerPool: { metadata?: { clusterId?: string } };
};

export type TopicOffsets = { topic: string; partitions: { partition: number; offset: string }[] };

export type FetchedPartition = { partition: number; highWatermark: string; messages: FetchedMessage[] };

type FetchedMessage = {
  offset: string;
  key: Buffer | null;
  value: Buffer | null;
  isControlRecord: boolean;
};

type Broker = { fetch(request: object): Promise<{ responses: { partitions: FetchedPartition[] }[] }> };

type Member = { groupId: string; memberId: string };

/** The broker that a group is kept by. */
export type Coordinator = {
  joinGroup(
    request: Member & {
      sessionTimeout: number;
      rebalanceTimeout: number;
      groupProtocols: { name: string; metadata: Buffer }[];
    },
  ): Promise<{ generationId: number; leaderId: string; memberId: string; members: { memberId: string }[] }>;
  syncGroup(
    request: Member & { generationId: number; groupAssignment: { memberId: string; memberAssignment: Buffer }[] },
  ): Promise<{ memberAssignment: Buffer }>;
  heartbeat(request: Member & { groupGenerationId: number }): Promise<unknown>;
  leaveGroup(request: Member): Promise<unknown>;
  offsetCommit(request: Member & { groupGenerationId: number; topics: CommittedTopic[] }): Promise<unknown>;
  offsetFetch(request: {
    groupId: string;
    topics: { topic: string; partitions: { partition: number }[] }[];
  }): Promise<{ responses: CommittedTopic[] }>;
};

type CommittedTopic = {
  topic: string;
  partitions: { partition: number; offset: string; metadata: string | null }[];
};

export const clusterOf = (kafka: Kafka): Cluster =>
  ownCluster(kafka, { allowAutoTopicCreation: false, metadataMaxAge: 300_000 }) as Cluster;

/** Asks it to let go, and waits no longer than a second for that. */
export const letGo = async (cluster: Cluster): Promise<void> => {
  await withTimeLimit(
    cluster.disconnect().catch(() => undefined),
    1_000,
    undefined,
  );
};

const late = Symbol('late');

/** What the promise gives, or an error once `limitMs` have passed. */
export const inTime = async <T>(promise: Promise<T>, limitMs: number): Promise<T> => {
  promise.catch(() => undefined);
  const outcome = await withTimeLimit(promise, limitMs, late);
  if (outcome === late) throw new Error(`no answer within ${String(limitMs / 1_000)} s`);
  return outcome;
};
