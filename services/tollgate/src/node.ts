export { openData, openDataFolder } from './data-folder';
export type { DataFolder, Folders } from './data-folder';
export { startLedgerNode } from './ledger-node';
export { readSettings } from './settings';
