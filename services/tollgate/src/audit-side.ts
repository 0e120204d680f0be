import type { FastifyInstance } from 'fastify';
import { addAuditRoutes, observeAudit, startAudit } from '@tollgate/audit';
import type { Audit } from '@tollgate/audit';
import type { Ledger } from '@tollgate/intake';
import type { Log, Readiness, Registry } from '@tollgate/service-runtime';
import type { Foundation } from './foundation';
import type { Settings } from './settings';

type Parts = { foundation: Foundation; ledger: Ledger; logger: Log };

/** The ledger's tree and its checkpoints, where there is a key to sign them with. */
export type AuditSide = {
  serve(served: { server: FastifyInstance; metrics: Registry }): void;
  readiness: readonly Readiness[];
  followers: readonly Audit[];
};

/** Keeps the tree, giving way to whoever records. Throws if there is something wrong with the key. */
export const startAuditSide = async (
  { signingKey: keyPath }: Settings,
  { foundation, ledger, logger }: Parts,
): Promise<AuditSide> => {
  if (keyPath === undefined) return { serve: () => undefined, readiness: [], followers: [] };
  const { log, clock, tree } = foundation;
  const isBusy = (): boolean => ledger.queued() > 0;
  const audit = await startAudit({ log, folder: await tree(), keyPath, isBusy, clock, logger });
  return {
    serve: ({ server, metrics }) => {
      addAuditRoutes(server, audit);
      observeAudit(audit, metrics);
    },
    readiness: [{ name: 'checkpoints', check: audit.readiness }],
    followers: [audit],
  };
};
