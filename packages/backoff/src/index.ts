export { backoffMs } from './backoff';
export type { Backoff } from './backoff';
