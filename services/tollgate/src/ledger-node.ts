import type { FastifyInstance } from 'fastify';
import { startBalanceProjector } from '@tollgate/balance-projector';
import { asyncApiDocument, openApiDocument } from '@tollgate/contracts';
import { startCutoffProjector } from '@tollgate/cutoff-projector';
import { addIntakeRoutes, openLedger } from '@tollgate/intake';
import { bufferStore } from '@tollgate/projection-store';
import { addReadRoutes } from '@tollgate/query-api';
import { createReadModels } from '@tollgate/read-models';
import { addOperatorRoutes, createHttpServer, createMetrics } from '@tollgate/service-runtime';
import type { Following, Log, Readiness } from '@tollgate/service-runtime';
import { folderAdapters } from './adapters';
import type { Adapters } from './adapters';
import { connectKafka } from './kafka-side';
import type { KafkaSide } from './kafka-side';
import { listen } from './listen';
import { observe } from './observe';
import { relayReadiness } from './relays';
import { createSettled } from './settled';
import type { Settings } from './settings';
import { watchLog } from './watched-log';

/** A running Tollgate: intake, projectors, relays and API in one process, on one data folder. */
export type LedgerNode = {
  url: string;
  /** Rejects if a part cannot go on; the process must then end, and the next start resumes from what is durable. */
  failed: Promise<never>;
  /** Stops taking, finishes what was taken, then releases the data folder. */
  stop(): Promise<void>;
};

const requestTimeoutMs = 60_000;
const headersTimeoutMs = 15_000;
const idleTimeoutMs = 75_000;
const unfinishedMs = 3_000;

/** Opens the data folder and starts every part, in the order in which data flows. */
export const startLedgerNode = async (
  settings: Settings,
  logger: Log,
  { openLog, openStore, clock }: Adapters = folderAdapters(settings.data, logger),
): Promise<LedgerNode> => {
  const log = watchLog(await openLog(), { clock, logger });
  const indexStore = bufferStore(await openStore('intakeIndex'));
  const cutoffStore = bufferStore(await openStore('cutoffState'));
  const readModels = createReadModels(bufferStore(await openStore('readModels')));

  const ledger = openLedger({ log, store: indexStore, logger });
  const cutoff = await startCutoffProjector({ log, store: cutoffStore, clock, logger });
  const balances = startBalanceProjector({ log, readModels, logger });
  const kafka: KafkaSide | undefined =
    settings.kafkaBrokers && (await connectKafka({ settings, log, ledger, openStore, clock, logger }));

  const followings: Record<string, Following> = {
    'intake index': ledger.indexing,
    'balance projector': balances,
    'cutoff projector': cutoff,
    ...kafka?.relays,
  };
  const metrics = createMetrics();
  const { maxBodyBytes: bodyBytes, maxConnections: connections } = settings;
  const server = createHttpServer(
    { bodyBytes, connections, requestTimeoutMs, headersTimeoutMs, idleTimeoutMs },
    logger,
  );
  observe({ server, metrics, log, ledger, kafka });
  addIntakeRoutes(server, { ledger, clock, maxBatchLines: settings.maxBatchLines });
  addReadRoutes(server, { log, readModels, settled: createSettled(cutoff, balances) });
  const readiness = [{ name: 'event log', check: log.readiness }, ...readinessOf(followings, kafka)];
  addOperatorRoutes(server, readiness, metrics);
  addDocuments(server);
  const url = await listen(server, settings);

  return {
    url,
    failed: Promise.race(
      Object.values(followings).map(({ done }) => done.then(() => new Promise<never>(() => undefined))),
    ),
    stop: async () => {
      // A request that was only half sent would hold the server up for as long as it may take.
      const cut = setTimeout(() => {
        server.server.closeAllConnections();
      }, unfinishedMs);
      await Promise.all([server.close(), kafka?.stopIntake()]);
      clearTimeout(cut);
      await ledger.close();
      await Promise.all([cutoff.stop(), balances.stop(), kafka?.stopRelays()]);
      await Promise.all([readModels.close(), indexStore.close(), cutoffStore.close()]);
      await log.close();
    },
  };
};

/** Each part has caught up with the log and, with Kafka, messages are consumed and published. */
const readinessOf = (followings: Record<string, Following>, kafka: KafkaSide | undefined): Readiness[] => [
  ...['intake index', 'balance projector', 'cutoff projector'].flatMap((name) => {
    const following = followings[name];
    return following === undefined
      ? []
      : [
          {
            name,
            check: () => ({
              isReady: following.isCaughtUp(),
              detail: following.isCaughtUp() ? 'caught up' : 'catching up with the log',
            }),
          },
        ];
  }),
  ...(kafka === undefined ? [] : kafkaReadiness(kafka)),
];

const kafkaReadiness = (kafka: KafkaSide): Readiness[] => [
  { name: 'kafka', check: () => kafka.readiness() },
  ...Object.entries(kafka.relays).map(([name, { unacknowledged }]) => ({
    name: `${name} relay`,
    check: () => relayReadiness(unacknowledged(), new Date()),
  })),
];

const addDocuments = (server: FastifyInstance): void => {
  const openApi = JSON.stringify(openApiDocument());
  const asyncApi = JSON.stringify(asyncApiDocument());
  server.get('/openapi.json', (_request, reply) => reply.type('application/json; charset=utf-8').send(openApi));
  server.get('/asyncapi.json', (_request, reply) => reply.type('application/json; charset=utf-8').send(asyncApi));
};
