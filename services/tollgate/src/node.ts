export { openData, openDataFolder } from './data-folder';
export type { DataFolder, Folders } from './data-folder';
export { startLedgerNode } from './ledger-node';
export { openRelayPosition } from './relay-position';
export { readSettings } from './settings';
