import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { parseJson } from '@tollgate/contracts';
import type { GroupNote, Term } from '@tollgate/kafka';
import type { Log } from '@tollgate/service-runtime';
import type { RelayPlace } from './relay-position';
import type { TopicMarks } from './topic-marks';

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
  logger: Log;
};

/** Behind what was acknowledged; what is not noted yet is found in the topic itself. */
const noteEveryMs = 250;

/**
 * Keeps a place with the group that elects, as the offsets it has committed: how far the log was published, and of each partition
 * the last message. Notes of an earlier term never stand in the way: what they say was acknowledged.
 */
export const openGroupPlace = async ({ term, topic, own, logger }: Parts): Promise<GroupPlace> => {
  const { position = own.position(), marks = own.marks } = placeNotedIn(await term.notes(topic)) ?? {};
  let current = position;
  let isDue = false;
  let isClosed = false;
  let noting: Promise<void> | undefined;

  const note = async (): Promise<void> => {
    for (let pauseMs = 0; isDue; pauseMs = noteEveryMs) {
      if (!isClosed) await delay(pauseMs, undefined, { ref: false });
      isDue = false;
      if (current !== undefined) await term.note(topic, encode(current, place.marks));
    }
  };
  const place: GroupPlace = {
    marks,
    position: () => current,
    store: (next) => {
      current = next;
      isDue = true;
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

const noted = z.object({
  position: z.string().regex(/^\d+$/),
  cluster: z.string(),
  hash: z.string().optional(),
});

/** Where nothing was acknowledged of any partition, the first carries the position alone. */
const encode = (position: bigint, marks: TopicMarks | undefined): GroupNote[] => {
  const text = (hash?: string): string =>
    JSON.stringify({ position: String(position), cluster: marks?.cluster ?? '', hash } satisfies z.infer<typeof noted>);
  const records = [...(marks?.records ?? [])];
  if (records.length === 0) return [{ partition: 0, offset: 0n, note: text() }];
  return records.map(([partition, { offset, hash }]) => ({ partition, offset: offset + 1n, note: text(hash) }));
};

/** Absent where nothing was noted, or somebody else wrote. */
export const placeNotedIn = (notes: readonly GroupNote[]): { position: bigint; marks: TopicMarks } | undefined => {
  const found = notes.flatMap(({ partition, offset, note }) => {
    const json = parseJson(Buffer.from(note));
    const parsed = noted.safeParse(json.ok ? json.value : undefined);
    return parsed.success ? [{ partition, offset, ...parsed.data }] : [];
  });
  const [first] = found;
  if (first === undefined || found.length < notes.length) return undefined;
  const positions = found.map(({ position }) => BigInt(position));
  const position = positions.reduce((least, one) => (one < least ? one : least));
  const records = found.flatMap(({ partition, offset, hash }) =>
    hash === undefined ? [] : [[partition, { offset: offset - 1n, hash }] as const],
  );
  return { position, marks: { cluster: first.cluster, records: new Map(records) } };
};
