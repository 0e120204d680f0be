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
