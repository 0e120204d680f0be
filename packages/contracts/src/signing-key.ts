/** Keys are lines of a public key as verifiers of signed notes take them: name, id and key. */
export type SigningKeyChange = {
  previous: string;
  next: string;
  reason: string;
  /** Signature of `endorsedText` by the previous key, base64; absent where that was stolen, for then it says nothing. */
  endorsement?: string;
  /** Checkpoints of more events that the previous key signed do not count; without it, those from this event on. */
  compromisedAfter?: number;
};

/** What a key signs so that another may follow it. */
export const endorsedText = ({ previous, next }: Pick<SigningKeyChange, 'previous' | 'next'>): string =>
  `tollgate signing key\n${previous}\n${next}\n`;
