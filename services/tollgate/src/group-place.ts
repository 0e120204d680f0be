import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { parseJson } from '@tollgate/contracts';
import type { Position } from '@tollgate/event-store';
import type { GroupNote, Term } from '@tollgate/kafka';
import type { Log } from '@tollgate/service-runtime';
import type { SharedLog } from './foundation';
import type { RelayPlace } from './relay-position';
import type { TopicMark } from './topic-marks';

/** A relay's place that whoever publishes next reads. */
export type GroupPlace = RelayPlace & {
  /** Resolves once it is noted, as far as the group still takes it. */
  settled(): Promise<void>;
};

type Parts = {
  term: Pick<Term, 'notes' | 'note'>;
  topic: string;
  /** Of this process: what is known where the group has forgotten, or was deleted together with its topic. */
  own: RelayPlace;
  shared: SharedLog;
  logger: Log;
};

/** Behind what was acknowledged; what is not noted yet is found in the topic itself. */
const noteEveryMs = 250;
/** What was acknowledged is seen in the topic a moment later: the second note says that too. */
const notesEach = 2;

/**
 * Keeps a place with the group that elects, as the offsets it has committed: how far the log was published, and of each partition
 * the last message. Notes of an earlier term never stand in the way: what they say was acknowledged.
 */
export const openGroupPlace = async ({ term, topic, own, shared, logger }: Parts): Promise<GroupPlace> => {
  const notes = await term.notes(topic);
  const partitions = new Set([0, ...notes.map(({ partition }) => partition)]);
  const { position, marks, seen } = placeNotedIn(notes, shared) ?? { ...own, position: own.position() };
  let current = position;
  let due = 0;
  let isClosed = false;
  let noting: Promise<void> | undefined;

  const note = async (): Promise<void> => {
    for (let pauseMs = 0; due > 0; pauseMs = noteEveryMs) {
      if (!isClosed) await delay(pauseMs, undefined, { ref: false });
      due = isClosed ? 0 : due - 1;
      if (current !== undefined)
        await term.note(topic, encode({ ...place, position: current, log: seedOf(shared) }, partitions));
    }
  };
  const place: GroupPlace = {
    marks,
    seen,
    position: () => current,
    store: (next) => {
      current = next;
      due = notesEach;
      noting ??= note()
        .catch((error: unknown) => {
          logger.debug({ topic, error: String(error) }, 'The group did not take how far was published');
        })
        .finally(() => {
          noting = undefined;
        });
      own.marks = place.marks;
      own.store(next);
    },
    close: () => {
      isClosed = true;
    },
    settled: async () => {
      isClosed = true;
      await noting;
    },
  };
  return place;
};

/** Positions of another log, from which this one was copied, say, mean nothing here. */
const seedOf = ({ seed }: SharedLog): string => Buffer.from(seed).toString('hex');

const noted = z.object({
  log: z.string(),
  position: z.string().regex(/^\d+$/),
  cluster: z.string(),
  last: z.object({ offset: z.string().regex(/^\d+$/), hash: z.string() }).optional(),
});

type Noted = Pick<RelayPlace, 'marks' | 'seen'> & { position: Position };

/**
 * The offset is where whoever publishes next reads on. All partitions that ever carried a note get it anew, the first one in any case: none
 * is left to speak of an earlier position.
 */
const encode = ({ log, position, marks, seen }: Noted & { log: string }, partitions: Set<number>): GroupNote[] => {
  const records = marks?.records ?? new Map<number, TopicMark>();
  for (const partition of records.keys()) partitions.add(partition);
  return [...partitions].map((partition) => {
    const mark = records.get(partition);
    const last = mark && { offset: String(mark.offset), hash: mark.hash };
    return {
      partition,
      offset: seen.get(partition) ?? mark?.offset ?? 0n,
      note: JSON.stringify({ log, position: String(position), cluster: marks?.cluster ?? '', last } satisfies z.infer<
        typeof noted
      >),
    };
  });
};

/** Absent where nothing was noted, or somebody else wrote, or it was of another log. */
export const placeNotedIn = (notes: readonly GroupNote[], shared: SharedLog): Noted | undefined => {
  const found = notes.flatMap(({ partition, offset, note }) => {
    const json = parseJson(Buffer.from(note));
    const parsed = noted.safeParse(json.ok ? json.value : undefined);
    return parsed.success && parsed.data.log === seedOf(shared) ? [{ partition, offset, ...parsed.data }] : [];
  });
  const [first] = found;
  if (first === undefined || found.length < notes.length) return undefined;
  const positions = found.map(({ position }) => BigInt(position));
  const records = found.flatMap(({ partition, last }) =>
    last === undefined ? [] : [[partition, { ...last, offset: BigInt(last.offset) }] as const],
  );
  return {
    position: positions.reduce((least, one) => (one < least ? one : least)),
    marks: { cluster: first.cluster, records: new Map(records) },
    seen: new Map(found.map(({ partition, offset }) => [partition, offset])),
  };
};
