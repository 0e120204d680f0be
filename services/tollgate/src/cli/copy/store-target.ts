import { storedEvents } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { RecordedEvent } from '@tollgate/event-store';
import { openEsdbCopy } from '@tollgate/event-store-esdb';
import { recordedIn } from '../../command-comparison';
import type { CopyTarget } from './copied-log';
import { nameOf } from './store-place';
import type { StorePlace } from './store-place';

/** A node may restart while a copy goes on for hours. */
const patienceMs = 60_000;

/** A log in an event store that is filled, or has been a copy before. */
export const openStoreTarget = async (place: StorePlace, ledger: string): Promise<CopyTarget> => {
  const copy = await openEsdbCopy<LogEvent>({
    ...{ connectionString: () => place.url, streamPrefix: place.streamPrefix, codec: storedEvents, ledger },
    timing: { patienceMs },
  });
  return {
    name: nameOf(place),
    recorded: (after) => recordedIn(copy, '', after),
    append: async (events) => {
      await copy.begin();
      // One after another: what is sent at once comes in any order.
      for (const run of runsOf(events)) await copy.append(run);
    },
    end: copy.end,
    close: copy.close,
  };
};

/** Events that follow one another in one stream. */
function* runsOf(events: readonly RecordedEvent<LogEvent>[]): Generator<RecordedEvent<LogEvent>[]> {
  let run: RecordedEvent<LogEvent>[] = [];
  for (const event of events) {
    if (run.length > 0 && run.at(-1)?.stream !== event.stream) {
      yield run;
      run = [];
    }
    run.push(event);
  }
  if (run.length > 0) yield run;
}
