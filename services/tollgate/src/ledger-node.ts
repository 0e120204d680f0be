import { addOperatorRoutes, createHttpServer, createMetrics } from '@tollgate/service-runtime';
import type { Log } from '@tollgate/service-runtime';
import { addDocuments } from './documents';
import type { Foundation } from './foundation';
import { listen } from './listen';
import { observeProcess } from './observe';
import { openFoundation } from './open-foundation';
import type { Role } from './roles';
import { failureOf } from './roles/part';
import { rolesOf, startRoles } from './roles/start-roles';
import type { Settings } from './settings';
import { answerWhileStarting } from './starting';
import { watchLog } from './watched-log';
import { refuseOtherRoles } from './wrong-role';

/** A running Tollgate: all roles in one process, or some of them beside others, on one data folder. */
export type LedgerNode = {
  url: string;
  /** Rejects if a part cannot go on; the process must then end, and the next start resumes from what is durable. */
  failed: Promise<never>;
  /** Stops taking, finishes what was taken, then releases what it stands on. */
  stop(): Promise<void>;
};

const requestTimeoutMs = 60_000;
const headersTimeoutMs = 15_000;
const idleTimeoutMs = 75_000;
/** For what answers; what waits for something that does not is told so, and a little later has had the time to say it. */
const patienceMs = 2_000;
const unfinishedMs = 3_000;

/** Opens the log, which folds what is not folded yet, and starts every role of the process. */
export const startLedgerNode = async (
  settings: Settings,
  logger: Log,
  open: typeof openFoundation = openFoundation,
): Promise<LedgerNode> => {
  const starting = await answerWhileStarting(settings);
  let foundation: Foundation;
  try {
    foundation = await open(settings, { clock: () => new Date(), logger, onProgress: starting.onProgress });
  } finally {
    await starting.close();
  }
  try {
    return await startParts({ ...settings, port: starting.port }, logger, foundation);
  } catch (error) {
    await foundation.close();
    throw error;
  }
};

/** Every role of the process, and the server that answers for them. */
const startParts = async (settings: Settings, logger: Log, foundation: Foundation): Promise<LedgerNode> => {
  const { table, clock, relays, tree, past, shared } = foundation;
  const log = watchLog(foundation.log, { clock, logger });
  const { isAppending } = log;
  const roles = rolesOf(settings);
  const kafka = await connectIfNeeded(settings, roles, logger);
  const parts = await startRoles(roles, {
    settings,
    log,
    isAppending,
    shared,
    table,
    relays,
    tree,
    past,
    kafka,
    clock,
    logger,
  });

  const metrics = createMetrics();
  const { maxBodyBytes: bodyBytes, maxConnections: connections, allowedHosts } = settings;
  const server = createHttpServer(
    { bodyBytes, connections, allowedHosts, requestTimeoutMs, headersTimeoutMs, idleTimeoutMs },
    logger,
  );
  refuseOtherRoles(server, settings.roles);
  observeProcess({ server, metrics, table });
  for (const part of parts) {
    part.observe?.([metrics]);
    part.addRoutes?.(server);
  }
  const written = roles.some((role) => role === 'intake' || role === 'decide');
  addOperatorRoutes(
    server,
    [
      ...(written ? [{ name: 'event log', check: log.readiness }] : []),
      ...foundation.readiness,
      ...parts.flatMap(({ readiness }) => readiness),
    ],
    metrics,
  );
  addDocuments(server);
  const listening = await listen(settings, () => server.listen({ host: settings.host, port: settings.port }));

  return {
    url: listening,
    failed: Promise.race([failureOf(foundation.done), ...parts.flatMap(({ failed }) => failed ?? [])]),
    stop: async () => {
      const givingUp = setTimeout(() => foundation.giveUp?.(), patienceMs);
      // A request that was only half sent would hold the server up for as long as it may take.
      const cut = setTimeout(() => {
        server.server.closeAllConnections();
      }, unfinishedMs);
      kafka?.stop();
      await Promise.all([server.close(), ...parts.map((part) => part.stopTaking?.())]);
      clearTimeout(cut);
      for (const part of parts) await part.stop?.();
      log.unwatch();
      await foundation.close();
      clearTimeout(givingUp);
    },
  };
};

/** Without brokers, or a role that speaks to them, the client of Kafka is not even loaded. */
const connectIfNeeded = async (settings: Settings, roles: readonly Role[], logger: Log) => {
  const signs = roles.includes('api') && settings.signingKey !== undefined;
  const speaks = signs || roles.some((role) => ['intake', 'publish', 'rate'].includes(role));
  if (settings.kafkaBrokers === undefined || !speaks) return undefined;
  const { connectKafka } = await import('./kafka-connection.js');
  return connectKafka(settings, logger);
};
