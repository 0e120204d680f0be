export { folderAdapters } from './adapters';
export type { Adapters } from './adapters';
export { startLedgerNode } from './ledger-node';
export { readSettings } from './settings';
