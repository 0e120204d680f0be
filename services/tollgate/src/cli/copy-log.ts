import type { Command } from 'commander';
import type { Position } from '@tollgate/event-store';
import type { StoredPlace } from '@tollgate/event-store-esdb';
import { copyEvents } from './copy/copy-events';
import type { CopiedEvents } from './copy/copy-events';
import type { CopySource, CopyTarget } from './copy/copied-log';
import { readPlaces, readWithout } from './copy/copy-places';
import type { CopyPlace } from './copy/copy-places';
import { openFolderSource } from './copy/folder-source';
import { openFolderTarget } from './copy/folder-target';
import { untilInterrupted } from './interrupted';
import { tellOutcome } from './ledger-copy';
import { startProgress } from './progress-bar';
import { say } from './terminal-text';

type Flags = { from: string; to: string; live?: boolean; json?: boolean; without: string[] };

/** `tollgate copy-log`: a ledger moves between a data folder and an event store. */
export const addCopyLog = (program: Command): void => {
  program
    .command('copy-log')
    .summary('move a ledger between a data folder and an event store')
    .description(
      'Copies every event of a log into an empty data folder or event store, or into an earlier copy of it, which is brought up to date: ids, streams, revisions, contents, times and the order of all events stay. Positions become those of the new log. Then reads the copy back and compares the digests of both: the SHA-256 of all events without their positions.',
    )
    .requiredOption('--from <place>', 'folder:PATH, a data folder, or eventstore (EVENTSTORE_URL_FROM)')
    .requiredOption('--to <place>', 'eventstore (EVENTSTORE_URL_TO), or folder:PATH')
    .option(
      '--live',
      'copy what is there while Tollgate goes on writing; the copy is served only once the rest is copied without --live',
    )
    .option(
      '--without <position>',
      'leave out the event that somebody else wrote to the store there; several times for several',
      (text: string, before: string[]) => [...before, text],
      [],
    )
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nFrom the environment only: EVENTSTORE_URL_FROM, EVENTSTORE_URL_TO, and where they are not "tollgate-" EVENTSTORE_STREAM_PREFIX_FROM and EVENTSTORE_STREAM_PREFIX_TO.\n\nWithout --live Tollgate must be stopped. Ends with 0 when both are equal; with 1 if they differ; with 2 if it cannot be done, as where the target is neither empty nor a copy of this ledger; with 130 if Ctrl-C ended it. Interrupted, it is simply run again and goes on from there: until it has come to its end, Tollgate does not start on the copy. Before and after: see "Moving" in infra/MOVING.md.',
    )
    .action(async (flags: Flags) => {
      const isJson = flags.json === true;
      await tellOutcome(
        isJson,
        () => {
          const places = readPlaces(flags, process.env);
          const without = readWithout(places.from, flags.without);
          return copyLog({ ...places, without }, { isLive: flags.live === true, isQuiet: isJson });
        },
        (copied) => {
          tell(copied, flags.live === true);
        },
      );
    });
};

type Copied = CopiedEvents & { ledger: string; from: string; to: string; leftOut: string[] };
type Options = { isLive: boolean; isQuiet: boolean };

const copyLog = async (places: Places, options: Options): Promise<Copied> => {
  const progress = createProgress(options.isQuiet);
  const copying = copyOpened(places, options, progress);
  return untilInterrupted(copying, progress.howFar);
};

type Places = { from: CopyPlace; to: CopyPlace; without: readonly Position[] };

const copyOpened = async ({ from, to, without }: Places, { isLive }: Options, progress: Progress): Promise<Copied> => {
  const source = await openSource(from, { isLive, without });
  try {
    const target = await openTarget(to, source.ledger);
    try {
      progress.start(source.total);
      const copied = await copyEvents(source, target, progress);
      if (!isLive) {
        await source.requireEnd();
        await target.end(copied);
      }
      progress.finish();
      const leftOut = source.leftOut().map(describeLeftOut);
      return { ledger: source.ledger, from: source.name, to: target.name, ...copied, leftOut };
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
};

/** The client of the store is large. */
const openSource = async (
  place: CopyPlace,
  { isLive, without }: { isLive: boolean; without: readonly Position[] },
): Promise<CopySource> =>
  place.kind === 'folder'
    ? openFolderSource(place.data, { isLive })
    : (await import('./copy/store-source.js')).openStoreSource(place, without);

const describeLeftOut = ({ position, stream, revision, type, eventId }: StoredPlace): string =>
  `${type} ${eventId} at position ${String(position)}, revision ${String(revision)} of ${stream}`;

const openTarget = async (place: CopyPlace, ledger: string): Promise<CopyTarget> =>
  place.kind === 'folder'
    ? openFolderTarget(place.data, ledger)
    : (await import('./copy/store-target.js')).openStoreTarget(place, ledger);

type Progress = ReturnType<typeof createProgress>;

const createProgress = (isQuiet: boolean) => {
  let bar: ReturnType<typeof startProgress> | undefined;
  let total: number | undefined;
  let done = { copied: 0, readBack: 0 };
  return {
    start: (events: number | undefined): void => {
      total = events;
      if (!isQuiet) bar = startProgress({ unit: 'events', total });
    },
    copied: (events: number): void => {
      done = { ...done, copied: events };
      bar?.update(events);
    },
    readBack: (events: number): void => {
      if (done.readBack === 0 && !isQuiet) {
        bar?.finish(done.copied);
        say('Reading it back:');
        bar = startProgress({ unit: 'events' });
      }
      done = { ...done, readBack: events };
      bar?.update(events);
    },
    finish: (): void => bar?.finish(done.readBack === 0 ? done.copied : done.readBack),
    howFar: (): string => {
      const { copied, readBack } = done;
      bar?.halt(readBack === 0 ? copied : readBack);
      const of = total === undefined ? '' : ` of ${total.toLocaleString('en')}`;
      return `, with ${copied.toLocaleString('en')}${of} events copied. The log that is copied is untouched, and Tollgate does not start on half a copy: run the same command again, and it goes on from there`;
    },
  };
};

const tell = ({ ledger, from, to, events, copied, digest, leftOut }: Copied, isLive: boolean): void => {
  say(
    `Copied ledger ${ledger} from ${from} to ${to}: ${events.toLocaleString('en')} events, ${copied.toLocaleString('en')} of them now. SHA-256 of both, without positions: ${digest}`,
  );
  for (const event of leftOut) say(`Left out, as somebody else’s: ${event}`);
  if (isLive)
    say(
      'It is not served yet: stop Tollgate, and run the same command without --live, which copies what has come since.',
    );
};
