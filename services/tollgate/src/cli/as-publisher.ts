import { setTimeout as delay } from 'node:timers/promises';
import { runElection } from '@tollgate/kafka';
import type { ElectionOptions, KafkaClient, Term } from '@tollgate/kafka';

const pollMs = 50;
const patienceMs = 30_000;

/** Does what only the one publisher of a ledger may do, as that; refuses while another process is it. */
export const asPublisher = async <T>(
  client: KafkaClient,
  options: Omit<ElectionOptions, 'onElected'>,
  act: (term: Term) => Promise<T>,
): Promise<T> => {
  let acting: Promise<T> | undefined;
  const election = runElection(client, {
    ...options,
    onElected: async (term) => {
      acting ??= act(term);
      await acting.catch(() => undefined);
    },
  });
  try {
    const until = Date.now() + patienceMs;
    while (acting === undefined) {
      await delay(pollMs);
      if (election.state() === 'stands by')
        throw new Error('a Tollgate publishes this ledger: stop every process of it that has KAFKA_BROKERS first');
      if (Date.now() > until) throw new Error(`no one could be elected to publish: ${election.apart()?.reason ?? ''}`);
    }
    return await acting;
  } finally {
    await election.stop();
  }
};
