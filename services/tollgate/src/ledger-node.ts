import { startCutoffProjector } from '@tollgate/cutoff-projector';
import { addIntakeRoutes, openLedger } from '@tollgate/intake';
import { addReadRoutes } from '@tollgate/query-api';
import { startReporting } from '@tollgate/reporting';
import type { Reporting } from '@tollgate/reporting';
import { addOperatorRoutes, createAdmission, createHttpServer, createMetrics } from '@tollgate/service-runtime';
import type { Log, Readiness } from '@tollgate/service-runtime';
import { startAuditSide } from './audit-side';
import { addDocuments } from './documents';
import type { Foundation } from './foundation';
import { connectKafka } from './kafka-side';
import type { KafkaSide } from './kafka-side';
import { listen } from './listen';
import { observe } from './observe';
import { openFoundation } from './open-foundation';
import { relayReadiness } from './relays';
import type { Settings } from './settings';
import { answerWhileStarting } from './starting';
import { watchLog } from './watched-log';

/** A running Tollgate: intake, projectors, relays and API in one process, on one data folder. */
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
const unfinishedMs = 3_000;

/** Opens the log, which folds what is not folded yet, and starts every part. */
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

/** Every part in the order in which data flows: intake, decisions, relays, reading. */
const startParts = async (settings: Settings, logger: Log, foundation: Foundation): Promise<LedgerNode> => {
  const { table, clock, relays } = foundation;
  const log = watchLog(foundation.log, { clock, logger });
  const ready = Promise.resolve();
  const ledger = openLedger({ log, table, ready });
  const cutoff = startCutoffProjector({ log, table, clock, logger, ready });
  const kafka: KafkaSide | undefined =
    settings.kafkaBrokers && (await connectKafka({ settings, log, ledger, table, relayFolder: relays, clock, logger }));

  const { databaseUrl: url } = settings;
  const reporting = url === undefined ? undefined : startReporting({ log, url, clock, logger });
  const audit = await startAuditSide(settings, { foundation, ledger, logger });

  const metrics = createMetrics();
  const { maxBodyBytes: bodyBytes, maxConnections: connections, allowedHosts } = settings;
  const server = createHttpServer(
    { bodyBytes, connections, allowedHosts, requestTimeoutMs, headersTimeoutMs, idleTimeoutMs },
    logger,
  );
  const admission = createAdmission({
    maxBytes: settings.maxInflightBytes,
    maxRecords: settings.maxInflightRecords,
    queued: ledger.queued,
  });
  observe({ server, metrics, table, ledger, admission, kafka, reporting });
  addIntakeRoutes(server, { ledger, clock, maxBatchLines: settings.maxBatchLines, admission });
  addReadRoutes(server, { log, table });
  addOperatorRoutes(
    server,
    [
      { name: 'event log', check: log.readiness },
      ...foundation.readiness,
      ...kafkaReadiness(kafka),
      ...reportingReadiness(reporting),
      ...audit.readiness,
    ],
    metrics,
  );
  audit.serve({ server, metrics });
  addDocuments(server);
  const listening = await listen(settings, () => server.listen({ host: settings.host, port: settings.port }));

  const followers = [
    cutoff,
    ...Object.values(kafka?.relays ?? {}),
    ...(reporting ? [reporting] : []),
    ...audit.followers,
  ];
  const ends = [foundation.done, ...followers.map(({ done }) => done)];
  return {
    url: listening,
    failed: Promise.race([ledger.failed, ...ends.map(onlyFailure)]),
    stop: async () => {
      // A request that was only half sent would hold the server up for as long as it may take.
      const cut = setTimeout(() => {
        server.server.closeAllConnections();
      }, unfinishedMs);
      await Promise.all([server.close(), kafka?.stopIntake()]);
      clearTimeout(cut);
      await ledger.close();
      await Promise.all([
        cutoff.stop(),
        kafka?.stopRelays(),
        reporting?.stop(),
        ...audit.followers.map(({ stop }) => stop()),
      ]);
      await foundation.close();
    },
  };
};

const onlyFailure = (done: Promise<void>): Promise<never> => done.then(() => new Promise<never>(() => undefined));

/** With Kafka, messages are consumed and published. */
const kafkaReadiness = (kafka: KafkaSide | undefined): Readiness[] =>
  kafka === undefined
    ? []
    : [
        { name: 'kafka', check: () => kafka.readiness() },
        ...Object.entries(kafka.relays).map(([name, output]) => ({
          name: `${name} relay`,
          check: () => relayReadiness(output, new Date()),
        })),
      ];

/** With a database, reports. Whoever pays or calls does not wait for them. */
const reportingReadiness = (reporting: Reporting | undefined): Readiness[] =>
  reporting === undefined ? [] : [{ name: 'reporting', isAside: true, check: reporting.readiness }];
