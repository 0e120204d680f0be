import type { ConsumerConfig, Kafka } from 'kafkajs';
import { createJoiningConsumer } from './joining';

/** What kafkajs is to a joining consumer: the cluster that it makes consumers on, whose coordinator may move. */
const fakeKafka = () => {
  const log: string[] = [];
  const coordinator = (name: string) => ({
    joinGroup: ({ memberId }: { memberId: string }) => Promise.resolve(log.push(`${name}: ${memberId || 'new'}`)),
  });
  const brokers = { one: coordinator('one'), other: coordinator('other') };
  const state: { at: keyof typeof brokers } = { at: 'one' };
  const createCluster = Symbol('private:Kafka:createCluster');
  const makeCluster = () => ({ findGroupCoordinator: () => Promise.resolve(brokers[state.at]) });
  const kafka = {
    [createCluster]: makeCluster,
    consumer: () => kafka[createCluster](),
  };
  const consumerOf = (beforeAgain: () => Promise<unknown>) => {
    const made: unknown = createJoiningConsumer(kafka as unknown as Kafka, {} as ConsumerConfig, beforeAgain);
    return made as ReturnType<typeof makeCluster>;
  };
  return { kafka, log, state, consumerOf };
};

const joining = () => {
  const { log, state, consumerOf } = fakeKafka();
  const cluster = consumerOf(() => Promise.resolve(log.push('waited')));
  const join = async (memberId: string) => (await cluster.findGroupCoordinator()).joinGroup({ memberId });
  return { log, state, join };
};

test('a member waits once each time it joins again, however often its coordinator was found', async () => {
  const { log, join } = joining();
  for (let time = 0; time < 3; time += 1) await join('a');
  expect(log).toEqual(['waited', 'one: a', 'waited', 'one: a', 'waited', 'one: a']);
});

test('a member waits also where its coordinator has moved, and has come back', async () => {
  const { log, state, join } = joining();
  for (const at of ['one', 'other', 'one'] as const) {
    state.at = at;
    await join('a');
  }
  expect(log).toEqual(['waited', 'one: a', 'waited', 'other: a', 'waited', 'one: a']);
});

test('who comes as a new member does not wait', async () => {
  const { log, join } = joining();
  await join('');
  expect(log).toEqual(['one: new']);
});

test('nothing is asked of the coordinator before the wait is over', async () => {
  const { log, consumerOf } = fakeKafka();
  let goOn: () => void = () => undefined;
  const cluster = consumerOf(() => new Promise<void>((resolve) => (goOn = resolve)));
  const joined = (await cluster.findGroupCoordinator()).joinGroup({ memberId: 'a' });
  expect(log).toEqual([]);
  goOn();
  await joined;
  expect(log).toEqual(['one: a']);
});

test('others of the same kafkajs instance join as ever', async () => {
  const { kafka, log, consumerOf } = fakeKafka();
  consumerOf(() => Promise.resolve(log.push('waited')));
  await (await kafka.consumer().findGroupCoordinator()).joinGroup({ memberId: 'a' });
  expect(log).toEqual(['one: a']);
});
