export { startAudit } from './audit';
export type { Audit } from './audit';
export { observeAudit } from './metrics';
export { addAuditRoutes } from './routes';
export { beginNewOrigin } from './signer';
