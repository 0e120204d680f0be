import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
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

export const createWriter =
  (log: EventLog, faults: Faults): Writer =>
  async ({ stream, expected, events }) => {
    const fault = nextAppend(faults);
    if (fault === 'hang') return undefined;
    if (fault === 'forwarding-timeout' || fault === 'request-canceled')
      return { kind: 'timed out', what: timeouts[fault] };
    const outcome = log.append(stream, expected, events);
    if (fault === 'lose-answer') return undefined;
    await (faults.lateMs > 0 ? delay(faults.lateMs) : nextTurn());
    return fault === 'commit-timeout' ? { kind: 'timed out', what: timeouts[fault] } : outcome;
  };
