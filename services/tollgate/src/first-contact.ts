import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@tollgate/backoff';
import type { Topics } from '@tollgate/contracts';
import { ensureTopics } from '@tollgate/kafka';
import type { KafkaClient } from '@tollgate/kafka';
import type { Log } from '@tollgate/service-runtime';

export const partitions = 6;
const backoff = { firstMs: 500, limitMs: 2_000 };

export type FirstContact = {
  /** Resolves once the topics are there, as far as the broker lets them be, or on request to stop. */
  done: Promise<void>;
  /** Why that is not yet so. */
  reason(): string;
};

type Parts = { client: KafkaClient; topics: Topics; others: readonly string[]; logger: Log; signal: AbortSignal };

/** Creates the topics that are missing as soon as a broker answers, and says what the broker refuses. */
export const makeFirstContact = ({ client, topics, others, logger, signal }: Parts): FirstContact => {
  const names = [...Object.values(topics), ...others];
  const wanted = names.map((name) => ({ name, partitions, compacted: name === topics.trafficControl }));
  let reason = 'no answer yet';

  const run = async (): Promise<void> => {
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      try {
        await ensureTopics(client, wanted);
        return;
      } catch (error) {
        const latest = withHint(error instanceof Error ? error.message : String(error));
        const write = latest === reason ? logger.debug : logger.warn;
        reason = latest;
        write.call(
          logger,
          { error: reason },
          'Kafka cannot be used yet; what does not need it goes on, and it is tried again',
        );
        await delay(backoffMs(attempt, backoff), undefined, { signal }).catch(() => undefined);
      }
    }
  };
  return { done: run(), reason: () => reason };
};

/** What a broker says, or Node, when one side speaks TLS or asks for credentials and the other does not. */
const hungUp = /connection (was )?closed|closed connection|disconnected|secure TLS|SSL|wrong version number/i;

const withHint = (reason: string): string =>
  hungUp.test(reason)
    ? `${reason}: does the broker expect TLS or credentials, or neither? See KAFKA_TLS and KAFKA_SASL_MECHANISM`
    : reason;
