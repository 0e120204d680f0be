import { setTimeout as delay } from 'node:timers/promises';
import type { ExpectedRevision } from '../log/append-decision';
import type { EventLog, Outcome } from '../log/event-log';
import type { ProposedEvent } from '../log/recorded-event';
import { nextAppend, type Faults } from '../faults';

export type Append = { stream: string; expected: ExpectedRevision; events: ProposedEvent[] };

export type Answer = Outcome | { kind: 'timed out'; what: string };

/** What is said of an append that is not written, or not told. */
const timeouts = {
  'forwarding-timeout': 'Forwarding timeout',
  'request-canceled': 'Request canceled by server',
  'commit-timeout': 'Commit phase timeout.',
};

/** Writes and answers, as the faults of the moment will have it. Without an answer the client is left to its deadline. */
export type Writer = (append: Append) => Promise<Answer | undefined>;

const commitMs = 1;
const commitTimeoutMs = 2_000;

export const createWriter = (log: EventLog, faults: Faults): Writer => {
  const unanswered = new Set<bigint | undefined>();
  const write = async ({ stream, expected, events }: Append): Promise<Answer> => {
    const outcome = log.append(stream, expected, events);
    if (outcome.kind !== 'success') return outcome;
    // A retry that overtakes the answer to the first try waits in vain for what it finds to be committed.
    if (outcome.isRetry && unanswered.has(outcome.position)) {
      await delay(commitTimeoutMs);
      return { kind: 'timed out', what: timeouts['commit-timeout'] };
    }
    if (!outcome.isRetry) unanswered.add(outcome.position);
    await delay(commitMs + faults.lateMs);
    if (!outcome.isRetry) unanswered.delete(outcome.position);
    return outcome;
  };
  return async (append) => {
    const fault = nextAppend(faults);
    if (fault === 'hang') return undefined;
    if (fault === 'forwarding-timeout' || fault === 'request-canceled')
      return { kind: 'timed out', what: timeouts[fault] };
    const answer = await write(append);
    if (fault === 'lose-answer') return undefined;
    return fault === 'commit-timeout' ? { kind: 'timed out', what: timeouts[fault] } : answer;
  };
};
