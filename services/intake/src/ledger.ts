import type { Command, Rejection } from '@tollgate/balance';
import type { LogEvent, RejectedMessage } from '@tollgate/contracts';
import type { EventLog, Position } from '@tollgate/event-store';
import type { Following, Log } from '@tollgate/service-runtime';
import { follow } from '@tollgate/service-runtime';
import { streamPrefixes } from '@tollgate/contracts';
import type { ProjectionStore } from '@tollgate/projection-store';
import { createLedgerIndex } from './ledger-index';
import { runRound } from './round';

/** What intake is asked to put into the log: a command to the ledger, or a message to keep because it cannot be one. */
export type Intent = Command | { type: 'RejectMessage'; data: RejectedMessage };

/** What became of an intent. A duplicate answers with the revision and position of the first. */
export type Outcome =
  | { status: 'recorded'; isDuplicate: boolean; revision: number; position: Position }
  | { status: 'rejected'; rejection: Rejection };

/** The only writer of account streams. */
export type Ledger = {
  /**
   * Outcomes in the order of the intents, once everything recorded is durable. Throws `LogUnavailable` if the log cannot be
   * written: what was recorded until then stays, and sending the same again is safe.
   */
  submit(intents: readonly Intent[], receivedAt: string): Promise<Outcome[]>;
  /** Intents submitted and not yet answered. */
  queued(): number;
  /** The index's reading of the log: serve once it has caught up. */
  indexing: Following;
  /** Answers what was submitted, then stops. */
  close(): Promise<void>;
};

type Submission = {
  intents: readonly Intent[];
  receivedAt: string;
  outcomes: Outcome[];
  resolve(outcomes: Outcome[]): void;
  reject(error: unknown): void;
};

/** Bounds how long one round keeps the others waiting. */
const roundIntents = 1_000;

export const openLedger = (parts: { log: EventLog<LogEvent>; store: ProjectionStore; logger: Log }): Ledger => {
  const { log, store, logger } = parts;
  const index = createLedgerIndex(store);
  const indexing = follow({
    name: 'intake index',
    log,
    prefixes: [streamPrefixes.account, streamPrefixes.rejected],
    position: () => index.position(),
    apply: ({ events, position }) => index.add(events, position),
    logger,
  });

  const suspects = new Set<string>();
  let waiting: Submission[] = [];
  let queued = 0;
  let running: Promise<void> | undefined;

  /** The next intents in line, of one or several submissions. */
  const takeRound = (): { submission: Submission; intents: readonly Intent[] }[] => {
    const taken: { submission: Submission; intents: readonly Intent[] }[] = [];
    let room = roundIntents;
    for (const submission of waiting) {
      if (room <= 0) break;
      const start = submission.outcomes.length;
      const intents = submission.intents.slice(start, start + room);
      room -= intents.length;
      taken.push({ submission, intents });
    }
    return taken;
  };

  const runNext = async (): Promise<void> => {
    const parts = takeRound();
    const items = parts.flatMap(({ submission, intents }) =>
      intents.map((intent) => ({ intent, receivedAt: submission.receivedAt })),
    );
    let answered = 0;
    try {
      await runRound({ log, index, suspects }, items, (outcomes) => {
        for (const { submission, intents } of parts) {
          for (let count = 0; count < intents.length; count += 1) {
            const outcome = outcomes[answered];
            if (outcome === undefined) throw new Error('a round left an intent without an outcome');
            submission.outcomes.push(outcome);
            answered += 1;
          }
          if (submission.outcomes.length === submission.intents.length) submission.resolve(submission.outcomes);
        }
      });
    } catch (error) {
      for (const { submission } of parts) submission.reject(error);
      waiting = waiting.filter((submission) => !parts.some((part) => part.submission === submission));
    }
    waiting = waiting.filter(({ outcomes, intents }) => outcomes.length < intents.length);
    queued = waiting.reduce((sum, { intents, outcomes }) => sum + intents.length - outcomes.length, 0);
  };

  const run = async (): Promise<void> => {
    try {
      await indexing.caughtUp;
      while (waiting.length > 0) await runNext();
    } catch (error) {
      for (const { reject } of waiting) reject(error);
      waiting = [];
    }
    running = undefined;
  };

  return {
    submit: (intents, receivedAt) =>
      new Promise((resolve, reject) => {
        if (intents.length === 0) {
          resolve([]);
          return;
        }
        waiting.push({ intents, receivedAt, outcomes: [], resolve, reject });
        queued += intents.length;
        running ??= Promise.resolve().then(run);
      }),
    queued: () => queued,
    indexing,
    close: async () => {
      while (running !== undefined) await running;
      await indexing.stop();
    },
  };
};
