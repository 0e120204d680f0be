import type { KafkaClient } from '@tollgate/kafka';
import type { Log, Registry } from '@tollgate/service-runtime';
import { httpLedger } from './calls/http-ledger';
import { createReleases } from './calls/releases';
import type { Tariffs } from './calls/tariffs';
import { handOnCdrs } from './cdrs/hand-on-cdrs';
import { createCdrPublisher } from './cdrs/publish-cdrs';
import { openReadPlaces } from './cdrs/read-places';
import { createAcknowledgements } from './commands/acknowledgements';
import type { CommandSource } from './commands/command-source';
import { followSwitch } from './commands/follow-switch';
import { createLatestCommands } from './commands/latest-commands';
import { connectKamailio } from './kamailio/kamailio';
import type { KamailioPlace } from './kamailio/kamailio';
import { observeAgent, readinessOf } from './observe-agent';
import { connectWebhook } from './webhook/webhook';
import type { WebhookPlace } from './webhook/webhook';

export type SwitchPlace =
  | (KamailioPlace & {
      /** The folder that it writes CDRs into. */
      cdrs?: string | undefined;
    })
  | WebhookPlace;

export type AgentParts = {
  switches: readonly SwitchPlace[];
  tariffs: Tariffs;
  ledgerUrl: string;
  /** For how long a call waits for the ledger: less than the switch waits, which is a second unless it is told otherwise. */
  askMs: number;
  source: CommandSource;
  /** Without it CDRs stay in their files. */
  kafka?: { client: KafkaClient; cdrTopic: string } | undefined;
  /** How far CDRs were handed on is kept there. */
  data: string;
  logger: Log;
};

const ledgerLimitMs = 5_000;

/** Stands between switches and the ledger, until it is stopped. */
export const startAgent = async (agent: AgentParts) => {
  const { switches, tariffs, ledgerUrl, source, logger } = agent;
  const stopping = new AbortController();
  const cdrs = await handOnAll(agent);
  const ledger = httpLedger(ledgerUrl, ledgerLimitMs);
  const releases = createReleases(ledger, logger);
  const acknowledgements = createAcknowledgements(ledger, logger);
  const latest = createLatestCommands();
  const parts = { ledger, releases, tariffs, limitMs: agent.askMs, logger };
  const followed = switches.map((place) => {
    const target = 'url' in place ? connectWebhook(place, logger) : connectKamailio(place, parts);
    const { acknowledge } = acknowledgements;
    const { switchId } = place;
    return { ...followSwitch(target, { latest, acknowledge, logger }), switchId, figures: target.figures };
  });
  const reading = source.run((commands) => {
    const newer = commands.filter(latest.take);
    for (const one of followed) {
      for (const command of newer) one.offer(command);
      if (source.isCaughtUp()) one.begin();
    }
  }, stopping.signal);
  const waiting = () => ({ releases: releases.waiting(), acknowledgements: acknowledgements.waiting() });
  const observed = { source, switches: followed, cdrs: cdrs.handing, waiting };

  return {
    readiness: readinessOf(observed),
    observe: (registers: Registry[]): void => {
      observeAgent(observed, registers);
    },
    stop: async (): Promise<void> => {
      stopping.abort();
      await Promise.all(followed.map((one) => one.stop()));
      await cdrs.stop();
      await reading;
      releases.stop();
      acknowledgements.stop();
    },
  };
};

const handOnAll = async ({ switches, kafka, data, logger }: AgentParts) => {
  const publisher = kafka && createCdrPublisher(kafka.client, kafka.cdrTopic);
  const handing: ({ switchId: string } & ReturnType<typeof handOnCdrs>)[] = [];
  for (const place of switches) {
    const { switchId } = place;
    const folder = 'cdrs' in place ? place.cdrs : undefined;
    if (publisher === undefined || folder === undefined) continue;
    const places = await openReadPlaces(data, `${switchId}-cdrs.json`);
    handing.push({ switchId, ...handOnCdrs({ switchId, folder, places, publish: publisher.publish, logger }) });
  }
  return {
    handing,
    stop: async (): Promise<void> => {
      const stopped = handing.map((one) => one.stop());
      await publisher?.close();
      await Promise.all(stopped);
    },
  };
};
