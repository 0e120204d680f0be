/** A record of a file, ready to be sent, or refused before it could be. */
export type ImportRecord = {
  /** Its first line in the file, from 1. */
  line: number;
  /** As it stands in the file, in UTF-8; absent if it was too long to be kept. */
  raw: Buffer | undefined;
  /** What stands in its cells, by heading, if it has any. */
  cells?: readonly Cell[];
  /** What looks damaged, and goes out as it is. */
  warnings?: readonly string[];
} & ({ batchLine: Buffer } | { refusal: string });

export type Cell = { heading: string; text: string };

/** The field that carries the id of each kind of record. */
const idFields = {
  payment: 'paymentId',
  usage: 'usageId',
  adjustment: 'adjustmentId',
  reversal: 'reversalId',
} as const;

export type ImportKind = keyof typeof idFields;
export const importKinds: readonly ImportKind[] = ['payment', 'usage', 'adjustment', 'reversal'];

export const idFieldOf = (kind: ImportKind): string => idFields[kind];

/** What a record is, told from the field that carries its id. */
export const kindOfFields = (hasField: (name: string) => boolean): ImportKind | undefined =>
  importKinds.find((kind) => hasField(idFields[kind]));
