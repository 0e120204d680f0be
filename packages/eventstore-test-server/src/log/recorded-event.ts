export type ProposedEvent = {
  id: string;
  type: string;
  isJson: boolean;
  data: Uint8Array;
  metadata: Uint8Array;
};

export type RecordedEvent = ProposedEvent & {
  stream: string;
  revision: bigint;
  /** Where its record begins in the log: commit and prepare position are both this. */
  position: bigint;
  createdMs: number;
};

/** The revision of a tombstone, and the $tb of a soft delete. */
export const deletedRevision = 2n ** 63n - 1n;

export const metastreamOf = (stream: string): string => `$$${stream}`;
