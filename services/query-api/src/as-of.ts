import { createAsOf, isBefore } from '@tollgate/balance';
import type { Account, Moment as Ends } from '@tollgate/balance';
import type { Partner, TrafficStatus } from '@tollgate/account-table';
import { accountStream, cutoffStream, isAccountEvent } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { EventLog, Position, RecordedEvent } from '@tollgate/event-store';

/** `atPosition`: what is behind that position of the log does not count. */
export type Moment = Ends & { atPosition?: Position | undefined };

export const isMoment = ({ occurredBefore, recordedBefore, atPosition }: Moment): boolean =>
  occurredBefore !== undefined || recordedBefore !== undefined || atPosition !== undefined;

type Log = Pick<EventLog<LogEvent>, 'readStream'>;

const pageEvents = 1_000;

/** Every event of a stream up to there, oldest first. */
async function* eventsOf(log: Log, stream: string, through: Position | undefined) {
  for (let from = 0; ;) {
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

const accountAsOf = async (log: Log, accountId: string, moment: Moment): Promise<AtThatTime> => {
  const fold = createAsOf(moment);
  let last: RecordedEvent<LogEvent> | undefined;
  for await (const event of eventsOf(log, accountStream(accountId), moment.atPosition))
    if (isAccountEvent(event) && fold.apply(event, event.recordedAt)) last = event;
  return { account: fold.account(), last };
};

/** By the decisions that had been made by then. */
const trafficAsOf = async (log: Log, accountId: string, moment: Moment): Promise<Partner['traffic']> => {
  const { occurredBefore, recordedBefore, atPosition } = moment;
  const traffic: Record<'inbound' | 'outbound', TrafficStatus> = {
    inbound: { state: 'open' },
    outbound: { state: 'open' },
  };
  for await (const { type, data, recordedAt } of eventsOf(log, cutoffStream(accountId), atPosition)) {
    if (type !== 'TrafficBlocked' && type !== 'TrafficUnblocked') continue;
    if (!isBefore(data.decidedAt, occurredBefore) || !isBefore(recordedAt, recordedBefore)) continue;
    const { direction, sequence, decidedAt: since } = data;
    traffic[direction] = { state: type === 'TrafficBlocked' ? 'blocked' : 'open', since, sequence };
  }
  return traffic;
};

/**
 * Reads accounts as they were, from their own streams: it takes as long as they have events. One page at a time, everybody's in turn, so
 * that whoever asks for many, or for one with many events, keeps neither the present nor others waiting. Resolves with `undefined` for
 * an account that was not open then.
 */
export const createPast = (log: Log) => {
  let turn: Promise<unknown> = Promise.resolve();
  /** Who has gone is not read for any more: what came of it goes to nobody. */
  const inTurn = (isWanted: () => boolean): Log => ({
    readStream: (stream, page) => {
      const reading = turn.then(() => (isWanted() ? log.readStream(stream, page) : []));
      turn = reading.catch(() => undefined);
      return reading;
    },
  });
  return {
    /** `isWanted` is asked before each page. */
    partner: async (accountId: string, moment: Moment, isWanted: () => boolean): Promise<Partner | undefined> => {
      const pages = inTurn(isWanted);
      const { account, last } = await accountAsOf(pages, accountId, moment);
      if (account === undefined || last === undefined) return undefined;
      const { revision, position } = last;
      return { account, traffic: await trafficAsOf(pages, accountId, moment), revision, position };
    },
  };
};
