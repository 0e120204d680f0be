export { startAudit } from './audit';
export type { Audit } from './audit';
export { subscribedLeaves } from './leaves';
export { leavesInThread } from './leaves-in-thread';
export { observeAudit } from './metrics';
export { addAuditRoutes } from './routes';
export { beginKeyChange } from './key-change';
export { beginNewOrigin } from './signer';
