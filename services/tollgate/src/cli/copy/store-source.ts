import { storedEvents } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import { LogDamaged } from '@tollgate/event-store';
import type { Position } from '@tollgate/event-store';
import { openEsdbEventLog } from '@tollgate/event-store-esdb';
import { recordedIn } from '../../command-comparison';
import { CannotCopy } from '../ledger-copy';
import type { CopySource } from './copied-log';
import { nameOf } from './store-place';
import type { StorePlace } from './store-place';

/** A log in an event store, which must be there. */
export const openStoreSource = async (place: StorePlace): Promise<CopySource> => {
  const log = await openEsdbEventLog<LogEvent>({
    ...{ connectionString: () => place.url, streamPrefix: place.streamPrefix, codec: storedEvents, mustExist: true },
  });
  let last: Position | undefined;
  return {
    name: nameOf(place),
    ledger: log.ledger,
    total: undefined,
    recorded: async function* () {
      for await (const events of recordedIn(log, '')) {
        yield events;
        last = events.at(-1)?.position ?? last;
      }
      const [cut] = log.cutStreams();
      if (cut !== undefined) throw new LogDamaged(`the history of ${cut} is cut in the store that is to be copied`);
    },
    requireEnd: async () => {
      for await (const [event] of recordedIn(log, '', last))
        if (event !== undefined)
          throw new CannotCopy(
            `${nameOf(place)} is still written to (${event.stream}): stop every Tollgate that uses it and run the same command again, which goes on from there; or use --live`,
          );
    },
    close: log.close,
  };
};
