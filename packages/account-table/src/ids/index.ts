export { createFingerprints } from './fingerprint';
export type { Fingerprints } from './fingerprint';
export { createHalfSipHash } from './half-sip-hash';
export { openIdIndex } from './id-index';
export type { IdIndex, IdIndexOptions } from './id-index';
export { mergeInline } from './merge';
