import { addAuditRoutes, leavesInThread, observeAudit, startAudit, subscribedLeaves } from '@tollgate/audit';
import { foldersOf } from '../folders';
import { failureOf } from './part';
import type { Ground, Part } from './part';

/** Keeps the ledger's tree, signs checkpoints of it and proves what is in it, giving way to whoever records in this process. */
export const startAuditing = async (ground: Ground): Promise<Part> => {
  const { settings, log, tree, isAppending: isBusy, shared, clock, logger } = ground;
  const { signingKey: path, signingAgent: agent } = settings;
  if (path === undefined) throw new Error('nothing is signed without a key');
  const leaves =
    shared === undefined
      ? leavesInThread({ path: foldersOf(settings.data).log, lastPosition: () => log.lastPosition(), clock })
      : subscribedLeaves({ log, isBusy, logger });
  const audit = await startAudit({ log, leaves, folder: await tree(), key: { path, agent }, clock, logger });
  return {
    readiness: [{ name: 'checkpoints', check: audit.readiness }],
    addRoutes: (server) => {
      addAuditRoutes(server, audit);
    },
    observe: (registers) => {
      observeAudit(audit, registers);
    },
    failed: failureOf(audit.done),
    stop: audit.stop,
  };
};
