export { startReporting } from './reporting';
export type { Reporting } from './reporting';
