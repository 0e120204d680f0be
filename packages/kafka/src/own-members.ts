import { setTimeout as sleep } from 'node:timers/promises';
import { AssignerProtocol, PartitionAssigners } from 'kafkajs';
import type { PartitionAssigner } from 'kafkajs';
import { createAdmin } from './admin';
import type { Connection } from './connection';

const { MemberMetadata } = AssignerProtocol;
const told = 'tollgate log=';

/** A member that tells of no log, as an older version, counts as one of any. */
const isOfAnother = (memberMetadata: Buffer, log: string): boolean => {
  const text = textIn(memberMetadata);
  return text.startsWith(told) && text !== told + log;
};

/** Empty of a member that is about to leave. */
const textIn = (memberMetadata: Buffer): string =>
  memberMetadata.length === 0 ? '' : (MemberMetadata.decode(memberMetadata)?.userData.toString() ?? '');

/**
 * Assigns partitions as kafkajs does, round robin, but only to those who read for the same log as the leader of the group, which is who
 * was there first: two logs never share messages. The others get none.
 */
export const assignToLog =
  (log: string): PartitionAssigner =>
  (config) => {
    const { name, version, assign } = PartitionAssigners.roundRobin(config);
    return {
      ...{ name, version },
      protocol: ({ topics }) => ({
        name,
        metadata: MemberMetadata.encode({ version, topics, userData: Buffer.from(told + log) }),
      }),
      assign: ({ members, topics }) =>
        assign({ topics, members: members.filter(({ memberMetadata }) => !isOfAnother(memberMetadata, log)) }),
    };
  };

const looks = 20;
const lookEveryMs = 500;

/** Who of the group reads for another log, by client and host; empty if nobody does, or the group has not come to rest in time. */
export const othersIn = async ({ kafka }: Connection, groupId: string, log: string): Promise<string[]> => {
  const admin = createAdmin(kafka);
  await admin.connect();
  try {
    for (let look = 0; look < looks; look += 1) {
      const { groups } = await admin.describeGroups([groupId]);
      const [group] = groups;
      if (group?.state === 'Stable')
        return group.members
          .filter(({ memberMetadata }) => isOfAnother(memberMetadata, log))
          .map(({ clientId, clientHost }) => `${clientId} at ${clientHost.replace(/^\//, '')}`);
      await sleep(lookEveryMs);
    }
    return [];
  } finally {
    await admin.disconnect();
  }
};
