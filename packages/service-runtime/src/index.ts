export { follow } from './follow';
export type { Following, Unacknowledged } from './follow';
export { addOperatorRoutes } from './health';
export type { Readiness } from './health';
export { HttpProblem, createHttpServer, ndjson, valid } from './http-server';
export { createLog, logLevels } from './log';
export type { Log } from './log';
export { Gauge, Histogram, Registry, createMetrics } from './metrics';
export { relay } from './relay';
