import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster, Coordinator } from './cluster';
import { becomeMember } from './membership';

const protocolError = (type: string): Error => Object.assign(new Error(type), { type });

/** A group of one, whose coordinator answers heartbeats as it is told. */
const clusterWith = (heartbeat: Coordinator['heartbeat'], syncGroup?: Coordinator['syncGroup']): Cluster => {
  let assignment: Buffer = Buffer.alloc(0);
  const coordinator: Coordinator = {
    joinGroup: () =>
      Promise.resolve({ generationId: 1, leaderId: 'me', memberId: 'me', members: [{ memberId: 'me' }] }),
    syncGroup:
      syncGroup ??
      (({ groupAssignment }) => {
        assignment = groupAssignment[0]?.memberAssignment ?? assignment;
        return Promise.resolve({ memberAssignment: assignment });
      }),
    heartbeat,
    leaveGroup: () => Promise.reject(protocolError('UNKNOWN_MEMBER_ID')),
    offsetCommit: () => Promise.resolve(),
    offsetFetch: () => Promise.resolve({ responses: [] }),
  };
  const never = () => Promise.reject(new Error('not asked for'));
  return {
    ...{ connect: never, disconnect: never, addTargetTopic: never, fetchTopicsOffset: never, findBroker: never },
    findTopicPartitionMetadata: () => [],
    findLeaderForPartitions: () => ({}),
    findGroupCoordinator: () => Promise.resolve(coordinator),
    brokerPool: {},
  };
};

const options = { groupId: 'group', topics: ['output'], memberId: '' } as const;

it('an answer proves nothing of the time for which it was on its way, or lay unread while the process was stopped', async () => {
  const answerMs = 400;
  const member = await becomeMember(
    clusterWith(() => sleep(answerMs)),
    options,
  );
  expect(member.isChosen()).toBe(true);
  const ending = new AbortController();
  let leftMs = 0;
  await member.untilChanged(ending.signal, () => {
    leftMs = member.sureUntil() - performance.now();
    ending.abort();
  });
  expect(leftMs).toBeGreaterThan(0);
  expect(leftMs).toBeLessThanOrEqual(3_500 - answerMs + 5);
});

it('a rebalance is a change, and any other error the end of the membership', async () => {
  const { signal } = new AbortController();
  const answering = (type: string) =>
    becomeMember(
      clusterWith(() => Promise.reject(protocolError(type))),
      options,
    );
  const nothing = () => undefined;
  await (await answering('REBALANCE_IN_PROGRESS')).untilChanged(signal, nothing);
  await expect((await answering('UNKNOWN_MEMBER_ID')).untilChanged(signal, nothing)).rejects.toThrow('UNKNOWN');
  await (await answering('UNKNOWN_MEMBER_ID')).leave();
});

it('one that others join meanwhile joins with them', async () => {
  let tries = 0;
  const member = await becomeMember(
    clusterWith(
      () => Promise.resolve(),
      ({ groupAssignment: [first] }) => {
        tries += 1;
        if (tries === 1) return Promise.reject(protocolError('REBALANCE_IN_PROGRESS'));
        return Promise.resolve({ memberAssignment: first?.memberAssignment ?? Buffer.alloc(0) });
      },
    ),
    options,
  );
  expect([tries, member.isChosen()]).toEqual([2, true]);
});
