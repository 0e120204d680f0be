import type { LogEvent } from '@tollgate/contracts';
import type { Position, RecordedEvent } from '@tollgate/event-store';
import { eventsOf } from '../../command-comparison';
import { groupsOf } from '../groups';
import { LogsDiffer } from './copied-log';
import type { CopySource, CopyTarget } from './copied-log';
import { createLogDigest, lineOf } from './log-digest';
import type { LogDigest } from './log-digest';

/** Told of what was done, in events of the whole log. */
export type CopyProgress = {
  copied(events: number): void;
  readBack(events: number): void;
};

export type CopiedEvents = {
  /** In the whole log. */
  events: number;
  /** Of them, how many were not there before. */
  copied: number;
  /** The same for source and target. */
  digest: string;
};

/** A moment's work of the slowest target. */
const groupEvents = 500;

type Events = AsyncGenerator<RecordedEvent<LogEvent>, undefined>;

/**
 * Compares what the target holds with how the source begins, appends the rest, reads that back and compares the digests of both.
 * Throws `LogsDiffer` where they are not the same.
 */
export const copyEvents = async (
  source: CopySource,
  target: CopyTarget,
  progress: CopyProgress,
): Promise<CopiedEvents> => {
  const digests = { source: createLogDigest(), target: createLogDigest() };
  const events = eventsOf(source.recorded());
  try {
    const last = await compare(events, target, { digests, progress });
    const before = digests.target.events();
    let copied = 0;
    for await (const group of groupsOf(events, { items: groupEvents })) {
      for (const event of group) digests.source.add(lineOf(event));
      await target.append(group);
      copied += group.length;
      progress.copied(before + copied);
    }
    for await (const event of eventsOf(target.recorded(last))) {
      digests.target.add(lineOf(event));
      progress.readBack(digests.target.events() - before);
    }
    return { ...requireSame(digests, target.name), copied };
  } finally {
    await events.return(undefined);
  }
};

type Digests = { source: LogDigest; target: LogDigest };

/** The position of the last event of the target, which is one of the source as all before it are. */
const compare = async (
  source: Events,
  target: CopyTarget,
  { digests, progress }: { digests: Digests; progress: CopyProgress },
): Promise<Position | undefined> => {
  let last: Position | undefined;
  for await (const found of eventsOf(target.recorded())) {
    const { value: expected } = await source.next();
    const line = lineOf(found);
    const place = `revision ${String(found.revision)} of ${found.stream} (position ${String(found.position)})`;
    if (expected === undefined)
      throw new LogsDiffer(`${target.name} goes on where the other log ends, with ${place}: it is no copy any more`);
    if (lineOf(expected) !== line)
      throw new LogsDiffer(`${target.name} differs: ${place} is ${line}, and should be ${lineOf(expected)}`);
    digests.source.add(line);
    digests.target.add(line);
    last = found.position;
    progress.copied(digests.target.events());
  }
  return last;
};

const requireSame = ({ source, target }: Digests, name: string): { events: number; digest: string } => {
  const expected = { events: source.events(), digest: source.digest() };
  const found = { events: target.events(), digest: target.digest() };
  if (found.events > expected.events)
    throw new LogsDiffer(
      `${name} has ${String(found.events)} events, and ${String(expected.events)} were to be copied: somebody else appends to it, as another copy-log does; run this again once that has ended`,
    );
  if (expected.digest !== found.digest)
    throw new LogsDiffer(
      `${name} differs: the digest of its ${String(found.events)} events is ${found.digest}, and should be ${expected.digest}, that of ${String(expected.events)} events`,
    );
  return expected;
};
