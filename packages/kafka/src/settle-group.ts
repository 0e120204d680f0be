import type { Admin } from 'kafkajs';
import { createAdmin } from './admin';
import type { KafkaClient } from './client';
import type { CommitNotes } from './commit-notes';
import type { Committed } from './committed';
import type { Connection } from './connection';
import { describeMissing, missingOf, type InputTopics, type Missing } from './input-topics';
import { lossOf, type Commit, type LostRange } from './lost-range';
import { whoIs } from './own-members';
import { keyOf, topicIn } from './tenure';

/** A group before it is joined. */
export type Group = InputTopics & {
  groupId: string;
  notes: CommitNotes | undefined;
  /** A broker forgets commits with their topic. */
  committed: Committed;
  /** Resolves once it is on record that these can never be read. */
  onLost: (lost: LostRange[]) => Promise<void>;
};

export type Settled = {
  /** Those that can be read. */
  topics: string[];
  missing: Missing;
  /** Partitions of which reading goes on elsewhere than at their commits. */
  lost: LostRange[];
};

/**
 * Finds or creates the topics, has the notes of earlier commits judged, and has it recorded where what is next cannot be read any
 * more. To forget commits, where the notes say so, needs a group without members.
 */
export const settleGroup = async (client: KafkaClient, { kafka }: Connection, group: Group): Promise<Settled> => {
  const { groupId, notes, committed } = group;
  const admin = createAdmin(kafka);
  await admin.connect();
  try {
    const missing = await missingOf(client, admin, group);
    const topics = group.topics.filter((topic) => !missing.has(topic));
    if (topics.length === 0) throw new Error(describeMissing(missing));
    const commits = await commitsOf(admin, groupId, topics);
    if ((await notes?.judge(notesIn(commits))) === 'start over') {
      await forget(admin, groupId);
      committed.retain(() => false);
      return { topics, missing, lost: [] };
    }
    const lost = await lossesIn(admin, topics, (key) => commits.get(key) ?? committed.get(key));
    if (lost.length > 0) await group.onLost(lost);
    committed.retain((key) => commits.has(key));
    return { topics, missing, lost };
  } finally {
    await admin.disconnect();
  }
};

/**
 * Throws if the broker has forgotten a commit of this process, which it does with the topic: kafkajs then joins the group again by
 * itself and begins at the start of the topic that has taken its place. And where the notes say that others have read meanwhile what
 * is not here: only another session can start over.
 */
export const checkCommits = async ({ kafka }: Connection, group: Group): Promise<void> => {
  const { groupId, topics, notes, committed } = group;
  const admin = createAdmin(kafka);
  await admin.connect();
  try {
    const commits = await commitsOf(admin, groupId, [...topics]);
    for (const key of committed.keys())
      if (!commits.has(key)) throw new Error(`topic ${topicIn(key)} was deleted while it was read`);
    if ((await notes?.judge(notesIn(commits))) === 'start over')
      throw new Error(`group ${groupId} has read for another log meanwhile`);
  } finally {
    await admin.disconnect();
  }
};

const forget = async (admin: Admin, groupId: string): Promise<void> => {
  try {
    await admin.deleteGroups([groupId]);
  } catch (error) {
    const { groups } = await admin.describeGroups([groupId]);
    const members = groups.flatMap((group) => group.members.map(whoIs));
    if (members.length === 0) throw error;
    throw new Error(
      `group ${groupId} has read for another log, and is read for by ${members.join(', ')}: while it has members it cannot be read from the start`,
      { cause: error },
    );
  }
};

const notesIn = (commits: ReadonlyMap<string, Commit>): string[] => [
  ...new Set([...commits.values()].flatMap(({ note }) => note ?? [])),
];

/** What the group has committed, by partition. A partition of which nothing is committed has a negative offset. */
const commitsOf = async (admin: Admin, groupId: string, topics: string[]): Promise<Map<string, Commit>> => {
  const found = await admin.fetchOffsets({ groupId, topics });
  return new Map(
    found.flatMap(({ topic, partitions }) =>
      partitions
        .filter(({ offset }) => !offset.startsWith('-'))
        .map(({ partition, offset, metadata }) => [
          keyOf({ topic, partition }),
          { offset, note: metadata || undefined },
        ]),
    ),
  );
};

const lossesIn = async (
  admin: Admin,
  topics: readonly string[],
  commitOf: (key: string) => Commit | undefined,
): Promise<LostRange[]> => {
  const lost: LostRange[] = [];
  for (const topic of topics)
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
      const place = { topic, partition, low, high };
      const commit = commitOf(keyOf(place));
      const loss = commit && lossOf(place, commit);
      if (loss !== undefined) lost.push(loss);
    }
  return lost;
};
