import { backoffMs } from '@tollgate/backoff';
import type { KafkaLog } from './logging';

export type ConsumerState = 'connecting' | 'running' | 'disconnected';

type Options = {
  groupId: string;
  topics: readonly string[];
  onState?: ((state: ConsumerState, detail?: string) => void) | undefined;
};

const reconnectBackoff = { firstMs: 250, limitMs: 3_000 };
/** A consumer that ran so long is well again; one that joins and ends at once is not, and its log lines are not repeated. */
const wellAfterMs = 10_000;

/** How a consumer is, over all of its sessions, and what of that is logged. */
export const createStatus = (log: KafkaLog, { groupId, topics, onState }: Options) => {
  let state: ConsumerState = 'connecting';
  let reason = '';
  let attempt = 0;
  let lastReason = '';
  let lastMissing = '';
  let shutOut = '';
  let joinedAt = Infinity;

  const enter = (next: ConsumerState, detail?: string): void => {
    state = next;
    reason = detail ?? '';
    onState?.(next, detail);
  };

  const noteMissing = (missing: string): void => {
    if (missing !== '' && missing !== lastMissing)
      log.warn({ groupId, missing }, 'Not all Kafka topics can be read; the others are, until they are there');
    lastMissing = missing;
  };

  return {
    state: () => state,
    reason: () => (state === 'running' && shutOut !== '' ? shutOut : reason),
    enter,
    /** With the topics that are waited for meanwhile; also told when those change. */
    onJoined: (missing: string): void => {
      noteMissing(missing);
      if (state === 'running') {
        reason = missing;
        return;
      }
      joinedAt = Date.now();
      const write = attempt <= 1 ? log.info : log.debug;
      write.call(log, { groupId, topics }, 'Kafka consumer is running');
      enter('running', missing === '' ? undefined : missing);
    },
    /** With who keeps it out; empty once nobody does. */
    onShutOut: (others: string): void => {
      if (others !== '' && others !== shutOut) log.warn({ groupId, others }, 'Others read for another log');
      shutOut = others;
    },
    /** Returns for how long to wait before the next session. */
    onEnded: (why: string): number => {
      if (Date.now() - joinedAt > wellAfterMs) {
        attempt = 0;
        lastReason = '';
      }
      joinedAt = Infinity;
      const write = why === lastReason ? log.debug : log.warn;
      write.call(log, { groupId, topics, reason: why }, 'Kafka consumer is disconnected; trying until it is back');
      lastReason = why;
      enter('disconnected', why);
      attempt += 1;
      return backoffMs(attempt - 1, reconnectBackoff);
    },
  };
};
