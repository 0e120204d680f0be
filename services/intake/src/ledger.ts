import type { LogEvent } from '@tollgate/contracts';
import type { EventLog } from '@tollgate/event-store';
import type { Following, Log } from '@tollgate/service-runtime';
import { follow } from '@tollgate/service-runtime';
import { streamPrefixes } from '@tollgate/contracts';
import type { ProjectionStore } from '@tollgate/projection-store';
import { forecast } from './forecast';
import type { Forecast, Intent, Outcome } from './intent';
import { createLedgerIndex } from './ledger-index';
import { runRound } from './round';
import { createSubmissions } from './submissions';

/** The only writer of account streams. */
export type Ledger = {
  /**
   * Outcomes in the order of the intents, once everything recorded is durable. Throws `LogUnavailable` if the log cannot be
   * written: what was recorded until then stays, and sending the same again is safe.
   */
  submit(intents: readonly Intent[], receivedAt: string): Promise<Outcome[]>;
  /** What would become of each intent if it came now and alone; records nothing. */
  forecast(intents: readonly Intent[], receivedAt: string): Promise<Forecast[]>;
  /** Intents submitted and not yet answered. */
  queued(): number;
  /** The index's reading of the log: serve once it has caught up. */
  indexing: Following;
  /** Answers what was submitted, then stops. */
  close(): Promise<void>;
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

  const submissions = createSubmissions(roundIntents);
  const suspects = new Set<string>();
  let running: Promise<void> | undefined;

  const run = async (): Promise<void> => {
    try {
      await indexing.caughtUp;
      for (let round = submissions.next(); round !== undefined; round = submissions.next())
        await runRound({ log, index, suspects }, round.items, round.answer).catch(round.fail);
    } catch (error) {
      submissions.failAll(error);
    }
    running = undefined;
  };

  return {
    submit: async (intents, receivedAt) => {
      if (intents.length === 0) return [];
      const answered = submissions.add(intents, receivedAt);
      running ??= Promise.resolve().then(run);
      return answered;
    },
    forecast: async (intents, receivedAt) => {
      await indexing.caughtUp;
      return Promise.all(intents.map((intent) => forecast({ log, index }, { intent, receivedAt })));
    },
    queued: submissions.size,
    indexing,
    close: async () => {
      while (running !== undefined) await running;
      await indexing.stop();
    },
  };
};
