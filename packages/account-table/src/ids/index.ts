export { createFingerprints } from './fingerprint';
export type { Fingerprints, KeyKind } from './fingerprint';
export { openIdIndex } from './id-index';
export type { IdIndex, IdIndexOptions } from './id-index';
export { mergeInline } from './merge';
export type { Merge } from './merge';
export { IdRunDamaged } from './run-file';
