import { topicsOf } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import { createKafka } from '@tollgate/kafka';
import type { OutgoingMessage } from '@tollgate/kafka';
import { outputsOf } from './outputs';
import { watchTopic } from './watch-topic';

const { 'traffic-control': output } = outputsOf(topicsOf(''));
const nothing = () => undefined;
const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** A process that may publish while it is told so, and what it has handed to its publisher. */
const setUp = () => {
  const state = { mayPublish: true };
  const sent: OutgoingMessage[] = [];
  const publisher = {
    publish: (messages: readonly OutgoingMessage[]) => {
      sent.push(...messages);
      return Promise.resolve([]);
    },
    isConnected: () => true,
    close: () => Promise.resolve(),
  };
  const watch = watchTopic(
    {
      ...{ output, logger, log: createMemoryEventLog<LogEvent>(), created: Promise.resolve() },
      client: createKafka({ brokers: ['127.0.0.1:1'], clientId: 'test' }, logger),
      table: { partner: nothing, position: nothing },
      place: { marks: undefined, seen: new Map(), position: nothing, store: nothing, close: nothing },
      mayPublish: () => state.mayPublish,
    },
    publisher,
  );
  return { ...watch, state, sent };
};

const message = { topic: output.topic, key: 'acme/inbound', value: '{}' };

it('nothing is sent once another process may have been chosen to publish, though nobody has said so yet', async () => {
  const { publish, state, sent } = setUp();
  await publish([message]);
  state.mayPublish = false;
  await expect(publish([message])).rejects.toMatchObject({ name: 'PublishError', retriable: true });
  expect(sent).toEqual([message]);
});
