import { createAsOf, isBefore } from '@tollgate/balance';
import type { Account, Moment as Ends } from '@tollgate/balance';
import type { Partner, TrafficStatus } from '@tollgate/account-table';
import { accountStream, cutoffStream, isAccountEvent } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { EventLog, Position, RecordedEvent } from '@tollgate/event-store';

/** What is asked for, and whether whoever asked still waits for it. */
type Asked = { accountId: string; moment: Moment; isWanted: () => boolean };

/** `atPosition`: what is behind that position of the log does not count. */
export type Moment = Ends & { atPosition?: Position | undefined };

export const isMoment = ({ occurredBefore, recordedBefore, atPosition }: Moment): boolean =>
  occurredBefore !== undefined || recordedBefore !== undefined || atPosition !== undefined;

type Log = Pick<EventLog<LogEvent>, 'readStream'>;

const pageEvents = 1_000;

/** Every event of a stream up to there, oldest first; no more once it is not wanted. */
async function* eventsOf(log: Log, stream: string, { moment: { atPosition: through }, isWanted }: Asked) {
  for (let from = 0; isWanted();) {
    const events = await log.readStream(stream, { from, limit: pageEvents });
    for (const event of events) {
      if (through !== undefined && event.position > through) return;
      yield event;
    }
    if (events.length < pageEvents) return;
    from += events.length;
  }
}

type AtThatTime = { account: Account | undefined; last: RecordedEvent<LogEvent> | undefined };

const accountAsOf = async (log: Log, asked: Asked): Promise<AtThatTime> => {
  const fold = createAsOf(asked.moment);
  let last: RecordedEvent<LogEvent> | undefined;
  for await (const event of eventsOf(log, accountStream(asked.accountId), asked))
    if (isAccountEvent(event) && fold.apply(event, event.recordedAt)) last = event;
  return { account: fold.account(), last };
};

/** By the decisions that had been made by then. */
const trafficAsOf = async (log: Log, asked: Asked): Promise<Partner['traffic']> => {
  const { occurredBefore, recordedBefore } = asked.moment;
  const traffic: Record<'inbound' | 'outbound', TrafficStatus> = {
    inbound: { state: 'open' },
    outbound: { state: 'open' },
  };
  for await (const { type, data, recordedAt } of eventsOf(log, cutoffStream(asked.accountId), asked)) {
    if (type !== 'TrafficBlocked' && type !== 'TrafficUnblocked') continue;
    if (!isBefore(data.decidedAt, occurredBefore) || !isBefore(recordedAt, recordedBefore)) continue;
    const { direction, sequence, decidedAt: since } = data;
    traffic[direction] = { state: type === 'TrafficBlocked' ? 'blocked' : 'open', since, sequence };
  }
  return traffic;
};

/**
 * Reads accounts as they were, from their own streams: it takes as long as they have events. One at a time, so that whoever asks for
 * many does not keep the present waiting. Resolves with `undefined` for an account that was not open then, and where it is not wanted any
 * more.
 */
export const createPast = (log: Log) => {
  let turn: Promise<unknown> = Promise.resolve();
  const read = async (asked: Asked): Promise<Partner | undefined> => {
    const { account, last } = await accountAsOf(log, asked);
    if (account === undefined || last === undefined) return undefined;
    const { revision, position } = last;
    return { account, traffic: await trafficAsOf(log, asked), revision, position };
  };
  return {
    partner: (asked: Asked): Promise<Partner | undefined> => {
      const reading = turn.then(() => read(asked));
      turn = reading.catch(() => undefined);
      return reading;
    },
  };
};
