export { OtherLedger, rebuildReports } from './rebuild';
export { startReporting } from './reporting';
export type { Reporting } from './reporting';
export { entryOf } from './rows';
export type { Entry } from './rows';
