import { setImmediate as nextTurn } from 'node:timers/promises';
import { backoffMs } from '@tollgate/backoff';
import type { CommitNotes } from './commit-notes';
import { describe } from './errors';
import type { KafkaLog } from './logging';
import type { Committed } from './committed';
import type { Progress } from './progress';
import { keyOf, type Tenure } from './tenure';
import { withTimeLimit } from './time-limit';

type Due = { topic: string; partition: number; offset: string; progress: Progress };

/**
 * How soon one commit follows another while messages keep coming. Each costs as much as recording a hundred of them; what is durable and
 * not committed comes again after a crash, and is then told to be there already.
 */
const commitEveryMs = 100;

/** What has failed is committed although nothing more becomes durable: the topic may have gone quiet. */
const retryBackoff = { firstMs: commitEveryMs, limitMs: 1_000 };

/** As long as kafkajs waits for an answer; a broker that hangs longer has not taken the commit. */
const answerLimitMs = 10_000;

const dueOf = ({ partitions }: Tenure): Due[] => {
  const due: Due[] = [];
  for (const { topic, partition, progress } of partitions.values()) {
    const offset = progress.due();
    if (offset === undefined) continue;
    due.push({ topic, partition, offset, progress });
  }
  return due;
};

const byTopic = (due: readonly Due[], metadata: string | null) => {
  const topics = new Map<string, { partition: number; offset: string; metadata: string | null }[]>();
  for (const { topic, partition, offset } of due) {
    const partitions = topics.get(topic) ?? [];
    // kafkajs sends the metadata, though its types leave it out.
    partitions.push({ partition, offset, metadata });
    topics.set(topic, partitions);
  }
  return { topics: [...topics].map(([topic, partitions]) => ({ topic, partitions })) };
};

/** A pause that can be cut short, and keeps no process from its end. */
const createPause = () => {
  let end: () => void = () => undefined;
  return {
    of: (ms: number): Promise<void> =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms).unref();
        end = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    end: (): void => {
      end();
    },
  };
};

/** Commits what has become durable, all partitions in one request, one request at a time and few of them. Never rejects: what is not committed comes again. */
export const createCommits = (
  log: KafkaLog,
  { notes, committed }: { notes?: CommitNotes | undefined; committed: Committed },
) => {
  let asked: Tenure | undefined;
  let isRunning = false;
  let round = Promise.resolve();
  /** The one whose commits do not wait for each other. */
  let hurried: Tenure | undefined;
  const pause = createPause();

  /** The note is written after the offsets were chosen, so what it says of the log covers their messages. */
  const send = async (tenure: Tenure, due: readonly Due[]): Promise<void> => {
    const metadata = (await notes?.write()) ?? null;
    // kafkajs takes the generation that it is in when called, and tells of a new one some microtasks after it is in it.
    await nextTurn();
    if (tenure.isOver()) return;
    const answer = await withTimeLimit(tenure.commit(byTopic(due, metadata)), answerLimitMs, 'late');
    if (answer === 'late') throw new Error('no answer');
    for (const { offset, progress } of due) progress.markCommitted(offset);
    committed.add(new Map(due.map(({ offset, ...place }) => [keyOf(place), { offset, note: metadata ?? undefined }])));
  };

  /** Whether Kafka has taken it, or nobody asks any more. */
  const attempt = async (tenure: Tenure, due: readonly Due[]): Promise<boolean> => {
    try {
      await send(tenure, due);
      return true;
    } catch (error) {
      const offsets = due.map(({ topic, partition, offset }) => ({ topic, partition, offset }));
      log.info({ offsets, error: describe(error) }, 'Kafka did not take a commit; its messages may come again');
      return false;
    }
  };

  const sendAll = async (): Promise<void> => {
    for (let failures = 0; ;) {
      await nextTurn();
      const tenure = asked;
      const due = tenure === undefined || tenure.isOver() ? [] : dueOf(tenure);
      if (tenure === undefined || due.length === 0) break;
      failures = (await attempt(tenure, due)) ? 0 : failures + 1;
      if (failures > 0) await pause.of(backoffMs(failures - 1, retryBackoff));
      else if (hurried !== tenure) await pause.of(commitEveryMs);
    }
    isRunning = false;
  };

  return {
    /** Commits what is due, at once or a little after the last commit. One that failed is made again until its tenure is over. */
    commit: (tenure: Tenure): void => {
      // Work of an earlier generation that ends late does not take the place of the present one.
      if (tenure.isOver()) return;
      asked = tenure;
      if (isRunning) return;
      isRunning = true;
      round = sendAll();
    },
    /** What is due of the present generation is committed at once; resolves when nothing is due any more. */
    flush: async (): Promise<void> => {
      const leaving = asked;
      hurried = leaving;
      pause.end();
      await round;
      if (hurried === leaving) hurried = undefined;
    },
  };
};

export type Commits = ReturnType<typeof createCommits>;
