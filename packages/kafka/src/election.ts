import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '@tollgate/backoff';
import type { KafkaClient } from './client';
import { clusterOf, inTime, letGo } from './cluster';
import { describe, protocolErrorOf } from './errors';
import { becomeMember } from './membership';
import type { Membership } from './membership';
import { createTerms } from './terms';
import type { Term } from './terms';
import { withTimeLimit } from './time-limit';

export type ElectionOptions = {
  groupId: string;
  /** What whoever is elected writes to. Kafka keeps a group's notes for as long as members name their topic. */
  topics: readonly [string, ...string[]];
  /** Called once for each term, never for two at once; does not reject. The membership ends only when it has resolved, or the term was lost. */
  onElected(term: Term): Promise<void>;
};

export type Election = {
  state(): ElectionState;
  /** Why it is not known who is elected, and since when. */
  apart(): { since: Date; reason: string } | undefined;
  /** Lets a term under way end in order, then leaves the group, so that another one is elected at once. */
  stop(): Promise<void>;
};

type ElectionState = 'apart' | 'stands by' | 'elected';

const connectLimitMs = 20_000;
const closingLimitMs = 10_000;
const leaveLimitMs = 2_000;
const backoff = { firstMs: 100, limitMs: 3_000 };

/**
 * Takes part in choosing one of all members of a group, for as long as it takes. The group's coordinator, which is Kafka's, chooses; who is
 * chosen stays so while others come and go.
 */
export const runElection = (client: KafkaClient, options: ElectionOptions): Election => {
  const stopping = new AbortController();
  const isStopping = (): boolean => stopping.signal.aborted;
  const terms = createTerms(options.onElected);
  let memberId = '';
  let isMember = false;
  let apart: { since: Date; reason: string } | undefined = { since: new Date(), reason: 'no answer yet' };

  const takePart = async (membership: Membership): Promise<void> => {
    memberId = membership.memberId;
    isMember = true;
    apart = undefined;
    terms.confirm(membership);
    while (!isStopping()) {
      await membership.untilChanged(stopping.signal, () => {
        terms.confirm(membership);
      });
      if (isStopping()) break;
      await membership.joinAgain();
      terms.confirm(membership);
    }
    await withTimeLimit(terms.close(), closingLimitMs, undefined);
    await withTimeLimit(membership.leave(), leaveLimitMs, undefined);
  };

  const attend = async (): Promise<void> => {
    const connection = client.connect();
    const cluster = clusterOf(connection.kafka);
    try {
      await inTime(cluster.connect(), connectLimitMs);
      await takePart(await becomeMember(cluster, { ...options, memberId }));
    } finally {
      isMember = false;
      terms.lose();
      await letGo(cluster);
      connection.cut();
    }
  };

  const supervise = async (): Promise<void> => {
    for (let attempt = 0; !isStopping(); attempt += 1) {
      try {
        await attend();
      } catch (error) {
        if (protocolErrorOf(error) === 'UNKNOWN_MEMBER_ID') memberId = '';
        if (apart === undefined) attempt = 0;
        apart = { since: apart?.since ?? new Date(), reason: describe(error) };
        const { groupId } = options;
        client.log[attempt === 0 ? 'info' : 'debug'](
          { groupId, reason: apart.reason },
          'Takes no part in an election for now; trying until it does',
        );
        await sleep(backoffMs(attempt, backoff), undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  };

  const done = supervise();
  return {
    state: () => (terms.isElected() ? 'elected' : isMember ? 'stands by' : 'apart'),
    apart: () => apart,
    stop: async () => {
      stopping.abort();
      await done;
      await terms.close();
    },
  };
};
