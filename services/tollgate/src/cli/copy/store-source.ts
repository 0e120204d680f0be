import { storedEvents } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import { LogDamaged } from '@tollgate/event-store';
import type { Position, RecordedEvent } from '@tollgate/event-store';
import { openEsdbEventLog } from '@tollgate/event-store-esdb';
import type { StoredPlace } from '@tollgate/event-store-esdb';
import { recordedIn } from '../../command-comparison';
import { CannotCopy } from '../ledger-copy';
import type { CopySource } from './copied-log';
import { nameOf } from './store-place';
import type { StorePlace } from './store-place';

/**
 * A log in an event store, which must be there. What somebody else wrote to it is left out by its position. Nothing of Tollgate's stands
 * behind that in its stream: a process that met it was not ready, and never knew the revision to go on from.
 */
export const openStoreSource = async (place: StorePlace, without: readonly Position[]): Promise<CopySource> => {
  const leftOut = new Map<Position, StoredPlace>();
  const log = await openEsdbEventLog<LogEvent>({
    ...{ connectionString: () => place.url, streamPrefix: place.streamPrefix, codec: storedEvents, mustExist: true },
    isLeftOut: (event) => {
      const isLeftOut = without.includes(event.position);
      if (isLeftOut) leftOut.set(event.position, event);
      return isLeftOut;
    },
  });
  let last: Position | undefined;
  return {
    name: nameOf(place),
    ledger: log.ledger,
    total: undefined,
    leftOut: () => [...leftOut.values()],
    recorded: async function* () {
      for await (const events of recordedIn(log, '')) {
        requireNoneBehind(events, [...leftOut.values()]);
        yield events;
        last = events.at(-1)?.position ?? last;
      }
      const [cut] = log.cutStreams();
      if (cut !== undefined) throw new LogDamaged(`the history of ${cut} is cut in the store that is to be copied`);
      const unknown = without.find((position) => !leftOut.has(position));
      if (unknown !== undefined)
        throw new CannotCopy(`--without: no event of this ledger stands at position ${String(unknown)}`);
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

const requireNoneBehind = (events: readonly RecordedEvent<LogEvent>[], leftOut: readonly StoredPlace[]): void => {
  for (const { stream, revision, type, position } of events)
    if (leftOut.some((other) => other.stream === stream && other.revision < revision))
      throw new CannotCopy(
        `--without: ${type} at position ${String(position)} stands behind what is to be left out of ${stream}: leave it out too if it is somebody else’s; what Tollgate wrote has nothing foreign before it`,
      );
};
