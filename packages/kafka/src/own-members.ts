import { setTimeout as sleep } from 'node:timers/promises';
import { AssignerProtocol, PartitionAssigners } from 'kafkajs';
import type { PartitionAssigner } from 'kafkajs';
import { createAdmin } from './admin';
import type { Connection } from './connection';

const { MemberMetadata } = AssignerProtocol;

type Told = { log: string; reads: boolean };

const textOf = ({ log, reads }: Told): string => `tollgate log=${log}${reads ? ' reads' : ''}`;

/** What a member tells of itself; absent of an older version, which counts as one of any log, and of one that is about to leave. */
const toldIn = (memberMetadata: Buffer): Told | undefined => {
  if (memberMetadata.length === 0) return undefined;
  const text = MemberMetadata.decode(memberMetadata)?.userData.toString() ?? '';
  const [, log, reads] = /^tollgate log=(\S+?)( reads)?$/.exec(text) ?? [];
  return log === undefined ? undefined : { log, reads: reads !== undefined };
};

const isOfAnother = (memberMetadata: Buffer, log: string): boolean => (toldIn(memberMetadata)?.log ?? log) !== log;

/** A consumer's place among the members of its group that read for the same log, over all of its sessions. */
export type OwnMembers = {
  log: string;
  assigner: PartitionAssigner;
  /** With how many partitions it has from now on. */
  onAssigned(partitions: number): void;
};

/**
 * Assigns partitions as kafkajs does, round robin, but only to those who read for one log: two logs never share messages, and the others
 * get none. It is the log that has been read for, whoever of its members leads the group or leaves it; before anybody reads, the leader's.
 */
export const createOwnMembers = (log: string): OwnMembers => {
  let reads = false;
  const assigner: PartitionAssigner = (config) => {
    const { name, version, assign } = PartitionAssigners.roundRobin(config);
    return {
      ...{ name, version },
      protocol: ({ topics }) => ({
        name,
        metadata: MemberMetadata.encode({ version, topics, userData: Buffer.from(textOf({ log, reads })) }),
      }),
      assign: ({ members, topics }) => {
        const before = members.flatMap(({ memberMetadata }) => toldIn(memberMetadata) ?? []).filter((one) => one.reads);
        const chosen = before.some((one) => one.log === log) ? log : (before[0]?.log ?? log);
        return assign({
          topics,
          members: members.filter(({ memberMetadata }) => !isOfAnother(memberMetadata, chosen)),
        });
      },
    };
  };
  return {
    log,
    assigner,
    onAssigned: (partitions) => {
      reads = partitions > 0;
    },
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
        return group.members.filter(({ memberMetadata }) => isOfAnother(memberMetadata, log)).map(whoIs);
      await sleep(lookEveryMs);
    }
    return [];
  } finally {
    await admin.disconnect();
  }
};

/** For people. */
export const whoIs = ({ clientId, clientHost }: { clientId: string; clientHost: string }): string =>
  `${clientId} at ${clientHost.replace(/^\//, '')}`;
