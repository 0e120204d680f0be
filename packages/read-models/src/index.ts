export { createReadModels } from './read-models';
export type { Blocked, Page, ReadModels } from './read-models';
export type { Partner, TrafficStatus } from './partner';
