import { setTimeout as sleep } from 'node:timers/promises';
import { AssignerProtocol } from 'kafkajs';
import { inTime } from './cluster';
import type { Cluster, Coordinator } from './cluster';
import { protocolErrorOf } from './errors';

/** A partition's offset in the group, and what is noted with it. */
export type GroupNote = { partition: number; offset: bigint; note: string };

/** Of the partitions of which a group has noted something. */
export const groupNotesIn = (
  partitions: readonly { partition: number; offset: string; metadata: string | null }[],
): GroupNote[] =>
  partitions
    .filter(({ offset }) => !offset.startsWith('-'))
    .map(({ partition, offset, metadata }) => ({ partition, offset: BigInt(offset), note: metadata ?? '' }));

/** A member of a group in one generation after another. */
export type Membership = {
  readonly memberId: string;
  /** Whether the group has chosen this member. */
  isChosen(): boolean;
  /** By `performance.now()`: until then the group has chosen no other, whatever has become of this process meanwhile. */
  sureUntil(): number;
  /** Resolves when the group's members change, or on request to stop; tells of each sign that nothing has. Throws when membership has ended. */
  untilChanged(signal: AbortSignal, onConfirmed: () => void): Promise<void>;
  joinAgain(): Promise<void>;
  /** None where there is no such topic. */
  notes(topic: string): Promise<GroupNote[]>;
  /** Refused once another generation has begun. */
  note(topic: string, notes: readonly GroupNote[]): Promise<void>;
  /** Never rejects: a member that is not heard of has left before long. */
  leave(): Promise<void>;
};

type Options = { groupId: string; topics: readonly [string, ...string[]]; memberId: string };

/** After so long without a sign of life another member is chosen. */
const sessionTimeoutMs = 6_000;
/** Below that by what it takes to give up on what is being sent. */
const sureMs = 3_500;
const heartbeatEveryMs = 500;
const answerLimitMs = 3_000;
const findLimitMs = 20_000;
const joinLimitMs = 2 * sessionTimeoutMs;

/** Joins as the member that this process was before, if it still is one. */
export const becomeMember = async (cluster: Cluster, options: Options): Promise<Membership> => {
  const coordinator = await inTime(cluster.findGroupCoordinator(options), findLimitMs);
  let current = await join(coordinator, options);
  const { groupId } = options;
  const identity = () => ({ groupId, memberId: current.memberId, groupGenerationId: current.generationId });
  return {
    memberId: current.memberId,
    isChosen: () => current.isChosen,
    sureUntil: () => current.confirmedAt + sureMs,
    untilChanged: async (signal, onConfirmed) => {
      const isOver = (): boolean => signal.aborted;
      for (;;) {
        await sleep(heartbeatEveryMs, undefined, { signal }).catch(() => undefined);
        if (isOver()) return;
        const askedAt = performance.now();
        if (await isChanging(coordinator.heartbeat(identity()))) return;
        current.confirmedAt = askedAt;
        onConfirmed();
      }
    },
    joinAgain: async () => {
      current = await join(coordinator, { ...options, memberId: current.memberId });
    },
    notes: async (topic) => {
      const partitions = await inTime(partitionsOf(cluster, topic), findLimitMs);
      const wanted = [{ topic, partitions: partitions.map((partition) => ({ partition })) }];
      const { responses } = await inTime(coordinator.offsetFetch({ groupId, topics: wanted }), answerLimitMs);
      return responses.flatMap((one) => groupNotesIn(one.partitions));
    },
    note: async (topic, notes) => {
      const partitions = notes.map(({ partition, offset, note }) => ({
        partition,
        offset: String(offset),
        metadata: note,
      }));
      await inTime(coordinator.offsetCommit({ ...identity(), topics: [{ topic, partitions }] }), answerLimitMs);
    },
    leave: async () => {
      await coordinator.leaveGroup({ groupId, memberId: current.memberId }).catch(() => undefined);
    },
  };
};

const partitionsOf = async (cluster: Cluster, topic: string): Promise<number[]> => {
  try {
    await cluster.addTargetTopic(topic);
  } catch (error) {
    if (protocolErrorOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION') return [];
    throw error;
  }
  return cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);
};

const changing = 'REBALANCE_IN_PROGRESS';

const isChanging = async (heartbeat: Promise<unknown>): Promise<boolean> => {
  try {
    await inTime(heartbeat, answerLimitMs);
    return false;
  } catch (error) {
    if (protocolErrorOf(error) !== changing) throw error;
    return true;
  }
};

type Joined = { memberId: string; generationId: number; isChosen: boolean; confirmedAt: number };

/** Until the members no longer change meanwhile. */
const join = async (coordinator: Coordinator, options: Options): Promise<Joined> => {
  for (;;)
    try {
      return await joinOnce(coordinator, options);
    } catch (error) {
      if (protocolErrorOf(error) !== changing) throw error;
    }
};

/** The leader of the members, who stays so from one generation to the next, gives himself the one partition that says who is chosen. */
const joinOnce = async (coordinator: Coordinator, { groupId, topics, memberId }: Options): Promise<Joined> => {
  const metadata = AssignerProtocol.MemberMetadata.encode({
    version: 0,
    topics: [...topics],
    userData: Buffer.alloc(0),
  });
  const joined = await inTime(
    coordinator.joinGroup({
      groupId,
      memberId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: sessionTimeoutMs,
      groupProtocols: [{ name: 'tollgate-one', metadata }],
    }),
    joinLimitMs,
  );
  const { generationId, leaderId, members } = joined;
  const mine = { groupId, memberId: joined.memberId };
  const confirmedAt = performance.now();
  const groupAssignment = members.map((member) => ({
    memberId: member.memberId,
    memberAssignment: assignmentOf(member.memberId === leaderId ? { [topics[0]]: [0] } : {}),
  }));
  const request = { ...mine, generationId, groupAssignment };
  const { memberAssignment } = await inTime(coordinator.syncGroup(request), joinLimitMs);
  const assignment = AssignerProtocol.MemberAssignment.decode(memberAssignment)?.assignment ?? {};
  return { ...mine, generationId, isChosen: Object.keys(assignment).length > 0, confirmedAt };
};

const assignmentOf = (assignment: Record<string, number[]>): Buffer =>
  AssignerProtocol.MemberAssignment.encode({ version: 0, assignment, userData: Buffer.alloc(0) });
