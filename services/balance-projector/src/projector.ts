import { LRUCache } from 'lru-cache';
import { isAccountEvent, streamPrefixes } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { EventBatch, EventLog } from '@tollgate/event-store';
import type { Partner, ReadModels } from '@tollgate/read-models';
import { follow } from '@tollgate/service-runtime';
import type { Following, Log } from '@tollgate/service-runtime';
import { foldPartner } from './fold';

const cachedPartners = 20_000;
/** Small enough for a batch to be garbage before it outlives the young generation: a rebuild at 5,000 is a quarter slower. */
const batchEvents = 1_000;

/** Folds the log into the read models, for ever: each batch and its position in one commit. */
export const startBalanceProjector = (parts: {
  log: EventLog<LogEvent>;
  readModels: ReadModels;
  logger: Log;
}): Following => {
  const { log, readModels, logger } = parts;
  return follow({
    name: 'balance projector',
    log,
    prefixes: [streamPrefixes.account, streamPrefixes.cutoff],
    position: () => readModels.position(),
    apply: createBatchFold(readModels),
    maxEvents: batchEvents,
    logger,
  });
};

const createBatchFold = (readModels: ReadModels) => {
  const cache = new LRUCache<string, Partner>({ max: cachedPartners });
  return async ({ events, position }: EventBatch<LogEvent>): Promise<void> => {
    if (position === readModels.position()) return;
    const changed = new Map<string, Partner>();
    const decided = new Map<string, Partner>();
    for (const event of events) {
      const accountId = event.stream.slice(event.stream.indexOf('-') + 1);
      const before = changed.get(accountId) ?? cache.get(accountId) ?? readModels.partner(accountId);
      const after = foldPartner(before, event);
      changed.set(accountId, after);
      if (!isAccountEvent(event)) decided.set(accountId, after);
    }
    try {
      await readModels.apply({ changed: changed.values(), decided: decided.values(), position });
    } catch (error) {
      // Taken or not: only the read models know.
      for (const accountId of changed.keys()) cache.delete(accountId);
      throw error;
    }
    for (const [accountId, partner] of changed) cache.set(accountId, partner);
  };
};
