export { keysIn, removeUnfinished, shredKey, tombstoneOf } from './key-folder';
export type { ListedKey, Tombstone } from './key-folder';
export { keyNameIn, keyText, monthPattern } from './key-name';
export type { KeyName } from './key-name';
export { openNumberKeys } from './number-keys';
export type { NumberKeys } from './number-keys';
export type { NumberField } from './numbers';
export { createOpener } from './opener';
export type { Opened, Opener } from './opener';
