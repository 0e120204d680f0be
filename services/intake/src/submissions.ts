import type { Intent, Outcome } from './intent';
import type { Item } from './plan';

type Submission = {
  intents: readonly Intent[];
  receivedAt: string;
  outcomes: Outcome[];
  resolve(outcomes: Outcome[]): void;
  reject(error: unknown): void;
};

/** Intents that are worked on together, of one submission or of several, and where their outcomes go. */
export type Round = {
  items: Item[];
  /** One outcome for each item; a submission is answered once all of its intents have theirs. */
  answer(outcomes: readonly Outcome[]): void;
  fail(error: unknown): void;
};

/** What was submitted and is not answered yet, first come first served, in rounds of at most `roundIntents`. */
export const createSubmissions = (roundIntents: number) => {
  let waiting: Submission[] = [];
  const remove = (done: (submission: Submission) => boolean): void => {
    waiting = waiting.filter((submission) => !done(submission));
  };

  return {
    add: (intents: readonly Intent[], receivedAt: string): Promise<Outcome[]> =>
      new Promise((resolve, reject) => {
        waiting.push({ intents, receivedAt, outcomes: [], resolve, reject });
      }),
    next: (): Round | undefined => {
      const taken = takeUpTo(roundIntents, waiting);
      if (taken.length === 0) return undefined;
      return {
        items: taken.flatMap(({ submission: { receivedAt }, intents }) =>
          intents.map((intent) => ({ intent, receivedAt })),
        ),
        answer: (outcomes) => {
          let next = 0;
          for (const { submission, intents } of taken) {
            for (const outcome of outcomes.slice(next, next + intents.length)) submission.outcomes.push(outcome);
            next += intents.length;
            if (isAnswered(submission)) submission.resolve(submission.outcomes);
          }
          remove(isAnswered);
        },
        fail: (error) => {
          for (const { submission } of taken) submission.reject(error);
          remove((submission) => taken.some((one) => one.submission === submission));
        },
      };
    },
    failAll: (error: unknown): void => {
      for (const { reject } of waiting) reject(error);
      waiting = [];
    },
    /** Intents without an outcome. */
    size: (): number => waiting.reduce((sum, { intents, outcomes }) => sum + intents.length - outcomes.length, 0),
  };
};

const isAnswered = ({ intents, outcomes }: Submission): boolean => outcomes.length === intents.length;

const takeUpTo = (
  room: number,
  waiting: readonly Submission[],
): { submission: Submission; intents: readonly Intent[] }[] => {
  const taken: { submission: Submission; intents: readonly Intent[] }[] = [];
  let left = room;
  for (const submission of waiting) {
    if (left <= 0) break;
    const start = submission.outcomes.length;
    const intents = submission.intents.slice(start, start + left);
    left -= intents.length;
    taken.push({ submission, intents });
  }
  return taken;
};
