/** Messages of an input topic that nobody can read any more, and that were not read before (DESIGN 3). Offsets are decimal texts. */
export type InputLost = {
  topic: string;
  partition: number;
  /** The first offset that was not read: what the consumer group had committed. */
  from: string;
  /** The offset from which reading went on. */
  to: string;
  /**
   * deleted: the messages before `to` were deleted, by retention or by hand. recreated: the partition ended before `from`: the topic
   * was created anew or has lost its end, and whatever it held from `from` on is gone.
   */
  why: 'deleted' | 'recreated';
  /** RFC 3339 UTC. */
  noticedAt: string;
  /** How far the log was when `from` was committed. */
  logPosition?: string;
};
