import { addAuditRoutes, leavesInThread, observeAudit, observeRelay, startAudit } from '@tollgate/audit';
import { startCheckpointRelay, subscribedLeaves } from '@tollgate/audit';
import type { CheckpointRelay, Witness } from '@tollgate/audit';
import type { Readiness } from '@tollgate/service-runtime';
import { foldersOf } from '../folders';
import { failureOf } from './part';
import type { Ground, Part } from './part';

/** Keeps the ledger's tree, signs checkpoints of it and proves what is in it, giving way to whoever records in this process. */
export const startAuditing = async (ground: Ground): Promise<Part> => {
  const { settings, log, tree, isAppending: isBusy, shared, clock, logger } = ground;
  const { signingKey: path, signingAgent: agent, witnesses } = settings;
  if (path === undefined) throw new Error('nothing is signed without a key');
  const leaves =
    shared === undefined
      ? leavesInThread({ path: foldersOf(settings.data).log, lastPosition: () => log.lastPosition(), clock })
      : subscribedLeaves({ log, isBusy, logger });
  const relay = await startRelay(ground);
  const parts = { log, leaves, folder: await tree(), key: { path, agent }, witnesses, clock, logger };
  const audit = await startAudit({ ...parts, onSigned: relay?.offer });
  const last = audit.checkpoint();
  if (last !== undefined) relay?.offer(last);
  return {
    readiness: [{ name: 'checkpoints', check: audit.readiness }, ...audit.witnesses.each.map(readinessOf)],
    addRoutes: (server) => {
      addAuditRoutes(server, audit);
    },
    observe: (registers) => {
      observeAudit(audit, registers);
      if (relay !== undefined) observeRelay(relay, registers);
    },
    failed: failureOf(audit.done),
    stop: async () => {
      await audit.stop();
      await relay?.stop();
    },
  };
};

/** Aside: what somebody else says of the log keeps nobody from traffic. */
const readinessOf = ({ name, failure }: Witness): Readiness => ({
  ...{ name: `witness ${name}`, isAside: true },
  check: () => {
    const reason = failure();
    return {
      isReady: reason === undefined,
      detail: reason ?? 'it has cosigned all that it was shown, or is being asked',
    };
  },
});

/** Where there are brokers, checkpoints are published too: for whoever keeps them. */
const startRelay = async ({ settings, kafka, clock, logger }: Ground): Promise<CheckpointRelay | undefined> => {
  if (kafka === undefined) return undefined;
  const { openCheckpointTopic } = await import('../checkpoint-topic.js');
  const topic = openCheckpointTopic(kafka.client, settings.kafkaTopicPrefix);
  const relay = startCheckpointRelay({ publish: topic.publish, clock, logger });
  return {
    ...relay,
    stop: async () => {
      await relay.stop();
      await topic.close();
    },
  };
};
