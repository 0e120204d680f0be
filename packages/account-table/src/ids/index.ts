export { createFingerprints } from './fingerprint';
export type { Fingerprints } from './fingerprint';
export { openIdIndex } from './id-index';
export type { IdIndex, IdIndexOptions } from './id-index';
export { mergeInline } from './merge';
