import { topicsOf } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import { trafficMessage } from '@tollgate/cutoff-projector';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import type { ReceivedMessage } from '@tollgate/kafka';
import { lookAtTopic } from './look-at-topic';
import { outputsOf } from './outputs';
import { hashOf } from './topic-marks';
import { readerOf } from './topic-reader.fixture';

const { 'traffic-control': output } = outputsOf(topicsOf(''));

const decision = (accountId: string, sequence: number): LogEvent => ({
  type: sequence % 2 === 1 ? 'TrafficBlocked' : 'TrafficUnblocked',
  data: {
    accountId,
    direction: 'inbound',
    sequence,
    exhausted: sequence % 2 === 1 ? ['inbound'] : [],
    balances: { inbound: '-0.5', outbound: '0', mutual: '0.5' },
    currency: 'EUR',
    cause: { type: 'UsageCharged', eventId: 'e', stream: `account-${accountId}`, revision: sequence },
    decidedAt: '2026-01-31T12:00:00.000Z',
  },
  metadata: {},
});

/** Three commands of each of two accounts, and a topic that holds some of them. */
const setUp = async (held: [account: string, sequence: number][]) => {
  const log = createMemoryEventLog<LogEvent>();
  for (const sequence of [1, 2, 3])
    for (const accountId of ['a', 'b']) {
      const events = [{ ...decision(accountId, sequence), eventId: `${accountId}${String(sequence)}` }];
      await log.append([{ stream: `cutoff-${accountId}`, expectedRevision: sequence - 2, events }]);
    }
  const events = log.events();
  const eventOf = (accountId: string, sequence: number) => {
    const found = events.find(({ eventId }) => eventId === `${accountId}${String(sequence)}`);
    if (found === undefined) throw new Error('there is no such event');
    return found;
  };
  const messages = held.map(([accountId, sequence], offset): ReceivedMessage => {
    const { key = '', value = '' } = trafficMessage(eventOf(accountId, sequence), output.topic) ?? {};
    const bytes = { key: Buffer.from(key), value: Buffer.from(value) };
    return { topic: output.topic, partition: 0, offset: String(offset), ...bytes };
  });
  const reader = readerOf({ high: BigInt(messages.length), messages: () => messages.map((message) => [message]) });
  const markAt = (offset: number) => ({
    cluster: 'here',
    records: new Map([[0, { offset: BigInt(offset), hash: hashOf(messages[offset]?.value ?? null) }]]),
  });
  const known = { log, output, marks: undefined, position: undefined };
  const missingIn = async (noted: Partial<Parameters<typeof lookAtTopic>[1]>): Promise<string[]> => {
    const found = await lookAtTopic(reader, { ...known, ...noted });
    if (found.status !== 'kept') throw new Error(`it is ${found.status}`);
    const after = noted.position ?? -1n;
    return events.filter((event) => event.position > after && !found.isThere(event)).map(({ eventId }) => eventId);
  };
  return { known, reader, eventOf, markAt, missingIn };
};

it('where nothing is noted, the topic says what of each key is published: by its partition, not by the last of all', async () => {
  const { missingIn } = await setUp([
    ['b', 1],
    ['b', 2],
    ['b', 3],
    ['a', 1],
  ]);
  expect(await missingIn({})).toEqual(['a2', 'a3']);
});

it('an empty topic has nothing, and one that was compacted has all that its last messages tell of', async () => {
  expect(await (await setUp([])).missingIn({})).toHaveLength(6);
  const compacted = await setUp([
    ['a', 3],
    ['b', 2],
  ]);
  expect(await compacted.missingIn({})).toEqual(['b3']);
});

it('behind what is noted, that which came into the topic since is not published again', async () => {
  const { missingIn, eventOf, markAt } = await setUp([
    ['a', 1],
    ['b', 1],
    ['a', 2],
  ]);
  const { position } = eventOf('b', 1);
  expect(await missingIn({ position, marks: markAt(1) })).toEqual(['b2', 'a3', 'b3']);
});

it('an old command behind a newer one is looked at again, from where the order was last known to be right', async () => {
  const { reader, known, eventOf, markAt } = await setUp([
    ['a', 2],
    ['a', 1],
    ['b', 2],
  ]);
  const { position } = eventOf('b', 2);
  const look = (seen?: ReadonlyMap<number, bigint>) =>
    lookAtTopic(reader, { ...known, position, marks: markAt(2), ...(seen && { seen }) });
  expect(await look()).toMatchObject({ unseen: new Map([[0, 2n]]) });
  expect(await look(new Map([[0, 1n]]))).toMatchObject({ unseen: new Map([[0, 1n]]) });
});
