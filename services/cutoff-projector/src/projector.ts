import type { LogEvent } from '@tollgate/contracts';
import { streamPrefixes } from '@tollgate/contracts';
import type { EventLog, Position } from '@tollgate/event-store';
import type { ProjectionStore } from '@tollgate/projection-store';
import { follow } from '@tollgate/service-runtime';
import type { Following, Log } from '@tollgate/service-runtime';
import { judgeBatch } from './judge-batch';
import { createJudgementStore } from './judgement-store';

export type CutoffProjector = Following & {
  /** A position that covers every decision made so far. */
  lastDecision(): Position;
};

const batchEvents = 2_000;

/**
 * Folds the log and records each change of traffic in the account's `cutoff-` stream, for ever. A decision is appended with
 * the revision expected, so it is made once, whoever restarts; the projector's own state follows it.
 */
export const startCutoffProjector = async (parts: {
  log: EventLog<LogEvent>;
  store: ProjectionStore;
  clock: () => Date;
  logger: Log;
}): Promise<CutoffProjector> => {
  const { log, clock, logger } = parts;
  const judgements = createJudgementStore(parts.store);
  // Decisions made before this start may be anywhere in the log as it is now.
  let lastDecision = (await log.lastPosition()) ?? 0n;

  const following = follow({
    name: 'cutoff projector',
    log,
    prefixes: [streamPrefixes.account],
    position: () => judgements.position(),
    apply: async ({ events, position }) => {
      if (position === judgements.position()) return;
      const { changed, decidedAt } = await judgeBatch({ log, judgements, clock }, events);
      if (decidedAt > lastDecision) lastDecision = decidedAt;
      await judgements.commit(changed, position);
    },
    maxEvents: batchEvents,
    logger,
  });

  return { ...following, lastDecision: () => lastDecision };
};
