/** A record of a file, ready to be sent, or refused before it could be. */
export type ImportRecord = {
  /** Its first line in the file, from 1. */
  line: number;
  /** What stands there, as JSON: the object itself, or its text if it is no object. */
  original: string;
} & ({ batchLine: Buffer } | { refusal: string });

export const importKinds = ['payment', 'usage'] as const;
export type ImportKind = (typeof importKinds)[number];

/** What a record is, told from the field that carries its id. */
export const kindOfFields = (hasField: (name: string) => boolean): ImportKind | undefined => {
  if (hasField('paymentId')) return 'payment';
  return hasField('usageId') ? 'usage' : undefined;
};
