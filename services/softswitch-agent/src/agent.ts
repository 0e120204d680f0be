import { join } from 'node:path';
import type { KafkaClient } from '@tollgate/kafka';
import { createPublisher } from '@tollgate/kafka';
import type { Log } from '@tollgate/service-runtime';
import { httpLedger } from './calls/http-ledger';
import { createReleases } from './calls/releases';
import type { Tariffs } from './calls/tariffs';
import { handOnCdrs } from './cdrs/hand-on-cdrs';
import { openReadPlaces } from './cdrs/read-places';
import type { CommandSource } from './commands/command-source';
import { followSwitch } from './commands/follow-switch';
import { createLatestCommands } from './commands/latest-commands';
import { connectKamailio } from './kamailio/kamailio';
import type { KamailioPlace } from './kamailio/kamailio';

export type SwitchPlace = KamailioPlace & {
  /** The folder that it writes CDRs into. */
  cdrs?: string | undefined;
};

export type AgentParts = {
  switches: readonly SwitchPlace[];
  tariffs: Tariffs;
  ledgerUrl: string;
  source: CommandSource;
  kafka?: { client: KafkaClient; cdrTopic: string } | undefined;
  /** How far CDRs were handed on is kept there. */
  data: string;
  logger: Log;
};

/** Kamailio waits a second for an answer; it gets one before. */
const askLimitMs = 800;
const ledgerLimitMs = 5_000;

/** Stands between switches and the ledger. */
export const startAgent = ({ switches, tariffs, ledgerUrl, source, kafka, data, logger }: AgentParts) => {
  const stopping = new AbortController();
  const ledger = httpLedger(ledgerUrl, ledgerLimitMs);
  const releases = createReleases(ledger, logger);
  const latest = createLatestCommands();
  const parts = { ledger, releases, tariffs, limitMs: askLimitMs, logger };
  const acknowledge = (): void => undefined;
  const followed = switches.map((place) =>
    followSwitch(connectKamailio(place, parts), { latest, acknowledge, logger }),
  );
  const reading = source.run((commands) => {
    const newer = commands.filter(latest.take);
    for (const one of followed) {
      for (const command of newer) one.offer(command);
      if (source.isCaughtUp()) one.begin();
    }
  }, stopping.signal);

  const publisher = kafka && createPublisher(kafka.client);
  const handing =
    kafka === undefined || publisher === undefined
      ? []
      : switches.flatMap(({ switchId, cdrs }) =>
          cdrs === undefined
            ? []
            : handOnCdrs({
                switchId,
                folder: cdrs,
                places: openReadPlaces(join(data, `${switchId}-cdrs.json`)),
                publish: async (batch) => {
                  await publisher.publish(
                    batch.map((cdr) => ({ topic: kafka.cdrTopic, key: cdr.originator, value: JSON.stringify(cdr) })),
                  );
                },
                logger,
              }),
        );

  return {
    isUpToDate: () => source.isCaughtUp() && followed.every((one) => one.isUpToDate()),
    stop: async (): Promise<void> => {
      stopping.abort();
      await Promise.all([...followed, ...handing].map((one) => one.stop()));
      await reading;
      releases.stop();
      ledger.close();
      await publisher?.close();
    },
  };
};
