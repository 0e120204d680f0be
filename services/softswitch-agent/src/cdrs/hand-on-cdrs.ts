import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@tollgate/backoff';
import type { Log } from '@tollgate/service-runtime';
import type { Cdr } from '@tollgate/contracts';
import { readNewRows } from './cdr-folder';
import { cdrIn } from './cdr-row';
import { createFirstRows } from './first-rows';
import type { ReadPlaces } from './read-places';

/** Resolves once the brokers have all of them. */
type PublishCdrs = (cdrs: readonly Cdr[]) => Promise<void>;

type Parts = { switchId: string; folder: string; places: ReadPlaces; publish: PublishCdrs; logger: Log };

const lookEveryMs = 100;
const backoff = { firstMs: 250, limitMs: 5_000 };

/** Hands on the CDRs that a switch writes into a folder, each at least once: how far it came is kept once the brokers have them. */
export const handOnCdrs = ({ switchId, folder, places, publish, logger }: Parts) => {
  const stopping = new AbortController();
  const rows = createFirstRows();
  let failures = 0;
  let handedOn = 0;

  const step = async (): Promise<void> => {
    const read = readNewRows(folder, places);
    if (read.rows.length === 0) return;
    const cdrs = read.rows.flatMap(({ text, where }) => {
      try {
        return [cdrIn(text, switchId)];
      } catch (error) {
        logger.error({ switchId, where, row: text, error: String(error) }, 'A row is no CDR and is passed over');
        return [];
      }
    });
    const { first, further } = rows.among(cdrs);
    for (const { cdrId, durationMs } of further)
      logger.warn({ switchId, cdrId, durationMs }, 'A call that was told has a second row, which is passed over');
    await publish(first);
    await places.keep(read.places);
    rows.tell(first);
    handedOn += first.length;
  };
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      let pauseMs = lookEveryMs;
      try {
        await step();
        failures = 0;
      } catch (error) {
        pauseMs = backoffMs(failures, backoff);
        failures += 1;
        logger.warn({ switchId, folder, error: String(error) }, 'CDRs wait in their files');
      }
      await delay(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const done = run();
  return {
    handedOn: () => handedOn,
    isHandingOn: () => failures === 0,
    stop: async (): Promise<void> => {
      stopping.abort();
      await done;
    },
  };
};
