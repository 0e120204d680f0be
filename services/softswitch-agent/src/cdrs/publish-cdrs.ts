import { createPublisher, ensureTopics } from '@tollgate/kafka';
import type { KafkaClient } from '@tollgate/kafka';
import type { Cdr } from '@tollgate/contracts';

const partitions = 6;

/** Puts CDRs on their topic, which is made if it is not there; those of an originator stay in order. */
export const createCdrPublisher = (client: KafkaClient, topic: string) => {
  const publisher = createPublisher(client);
  let isThere = false;
  return {
    publish: async (cdrs: readonly Cdr[]): Promise<void> => {
      if (!isThere) await ensureTopics(client, [{ name: topic, partitions, compacted: false }]);
      isThere = true;
      await publisher.publish(cdrs.map((cdr) => ({ topic, key: cdr.originator, value: JSON.stringify(cdr) })));
    },
    close: publisher.close,
  };
};
