import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@tollgate/backoff';
import { isRetriable } from '@tollgate/service-runtime';
import type { Following, Unacknowledged } from '@tollgate/service-runtime';
import type { OutputTopicParts } from './output-parts';
import { publishUntilLost } from './publish-until-lost';
import { settle } from './settle-topic';
import type { Settled } from './settle-topic';
import { untilAborted } from './until-aborted';

/** A topic of ours with the relay that fills it. */
export type OutputTopic = {
  /** Resolves when it has stopped on request; rejects if it cannot go on. */
  done: Promise<void>;
  unacknowledged(): Unacknowledged | undefined;
  /** Why nothing is published, and since when: the topic is not known to be what was left of it. */
  held(): Held | undefined;
  standing(): Standing;
  stop(): Promise<void>;
};

/** Whether this process publishes, or is ready to while another one of the ledger does, or does not know yet. */
export type Standing = 'active' | 'stands by' | 'apart';

export type Held = { since: Date; reason: string };

const backoff = { firstMs: 200, limitMs: 15_000 };

/** Relays to a topic while it holds what was acknowledged. Where it has lost that, it is published again first. */
export const runOutputTopic = (parts: OutputTopicParts): OutputTopic => {
  const { output, logger } = parts;
  const stopping = new AbortController();
  const { signal } = stopping;
  const aborted = untilAborted(signal);
  let held: Held | undefined;
  let relay: Following | undefined;
  const hold = (reason: string): void => {
    const isNew = held?.reason !== reason;
    held = { since: held?.since ?? new Date(), reason };
    const write = isNew ? logger.warn : logger.debug;
    write.call(logger, { topic: output.topic, reason }, `${output.name} relay publishes nothing for now`);
  };
  held = { since: new Date(), reason: `${output.topic} has not been looked at yet` };

  const untilSettled = async (): Promise<Settled | undefined> => {
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      try {
        const outcome = await Promise.race([settle(parts, signal), aborted]);
        if (typeof outcome !== 'string') return outcome;
        hold(outcome);
      } catch (error) {
        if (!isRetriable(error)) throw error;
        hold(error.message);
      }
      await delay(backoffMs(attempt, backoff), undefined, { signal }).catch(() => undefined);
    }
    return undefined;
  };

  const run = async (): Promise<void> => {
    for (let settled = await untilSettled(); settled !== undefined; settled = await untilSettled()) {
      held = undefined;
      const onRelay = (started: Following | undefined): void => {
        relay = started;
      };
      const reason = await publishUntilLost(parts, { settled, signal, onRelay });
      if (reason !== undefined) hold(reason);
    }
  };

  const done = run();
  done.catch(() => undefined);
  return {
    done,
    unacknowledged: () => relay?.unacknowledged(),
    held: () => held,
    standing: () => 'active',
    stop: async () => {
      stopping.abort();
      await done.catch(() => undefined);
    },
  };
};
