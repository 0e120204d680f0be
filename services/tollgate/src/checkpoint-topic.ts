import { checkpointTopicOf } from '@tollgate/contracts';
import { createPublisher, ensureTopics } from '@tollgate/kafka';
import type { KafkaClient } from '@tollgate/kafka';
import { partitions } from './first-contact';

/** The topic of signed checkpoints, made where it is missing, also later. */
export type CheckpointTopic = {
  /** Resolves once the broker has it; rejects if that cannot be told. */
  publish(note: string): Promise<void>;
  close(): Promise<void>;
};

const deadlineMs = 10_000;

export const openCheckpointTopic = (client: KafkaClient, prefix: string): CheckpointTopic => {
  const topic = checkpointTopicOf(prefix);
  const publisher = createPublisher(client, { deadlineMs });
  let isThere = false;
  return {
    publish: async (note) => {
      if (!isThere) await ensureTopics(client, [{ name: topic, partitions, compacted: true }]);
      isThere = false;
      const [origin = ''] = note.split('\n');
      const headers = { 'content-type': 'text/plain; charset=utf-8' };
      await publisher.publish([{ topic, key: origin, value: note, headers }]);
      isThere = true;
    },
    close: publisher.close,
  };
};
