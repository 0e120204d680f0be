import { createAdmin } from './admin';
import type { KafkaClient } from './client';
import { KafkaUnavailable, describe } from './errors';
import { groupNotesIn } from './membership';
import type { GroupNote } from './membership';

/** What a group has noted of a topic, by no member of it. Throws KafkaUnavailable. */
export const readGroupNotes = async (client: KafkaClient, groupId: string, topic: string): Promise<GroupNote[]> => {
  const connection = client.connect();
  const admin = createAdmin(connection.kafka);
  try {
    await admin.connect();
    const found = await admin.fetchOffsets({ groupId, topics: [topic] });
    await admin.disconnect();
    return found.flatMap(({ partitions }) => groupNotesIn(partitions));
  } catch (error) {
    throw new KafkaUnavailable(`cannot read what group ${groupId} has noted: ${describe(error)}`, { cause: error });
  } finally {
    connection.cut();
  }
};
