import { createPublisher } from '@tollgate/kafka';
import type { KafkaClient, OutgoingMessage } from '@tollgate/kafka';
import { SettingsError } from '../../settings';
import { groupsOf } from '../groups';

/** Acknowledged together: what the deadline of one publish is for. */
const groupMessages = 1_000;

/** Publishes in order; resolves with how many, once the broker has acknowledged all. */
export const publishAll = async (
  client: KafkaClient,
  messages: Iterable<OutgoingMessage> | AsyncIterable<OutgoingMessage>,
): Promise<number> => {
  const publisher = createPublisher(client);
  let sent = 0;
  try {
    for await (const group of groupsOf(messages, { items: groupMessages })) {
      await publisher.publish(group);
      sent += group.length;
    }
    return sent;
  } catch (error) {
    // A file that cannot be opened, of which nothing was read.
    if (error instanceof SettingsError) throw error;
    throw new Error(
      `at least ${String(sent)} messages were sent, then: ${error instanceof Error ? error.message : String(error)}. Give the same command again: what was sent already is charged once`,
      { cause: error },
    );
  } finally {
    await publisher.close();
  }
};
