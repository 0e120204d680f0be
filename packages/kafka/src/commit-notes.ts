import type { Kafka } from 'kafkajs';

/** What its reader keeps with a group's commits, to know later whether they are its own (Kafka: offset metadata). */
export type CommitNotes = {
  /** For the commit that is made now. */
  write(): Promise<string>;
  /**
   * Judges the notes of earlier commits before anything is read. `start over`: the commits are forgotten, and the topics are
   * read from their start. Throws the reason why this reader must stay out of the group; it is asked again later.
   */
  judge(notes: readonly string[]): Promise<'go on' | 'start over'>;
};

/** Has the notes of a group judged, and forgets its commits if so decided; that needs a group without members. */
export const settleNotes = async (
  kafka: Kafka,
  notes: CommitNotes,
  { groupId, topics }: { groupId: string; topics: readonly string[] },
): Promise<void> => {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const committed = await admin.fetchOffsets({ groupId, topics: [...topics] });
    const found = committed.flatMap(({ partitions }) => partitions.flatMap(({ metadata }) => metadata || []));
    if ((await notes.judge(found)) === 'start over') await admin.deleteGroups([groupId]);
  } finally {
    await admin.disconnect();
  }
};
