import { setImmediate as nextTurn } from 'node:timers/promises';
import { accountAt, ruleAfter } from '@tollgate/balance';
import type { Account, Rule } from '@tollgate/balance';
import type { Partner, TrafficStatus } from '@tollgate/account-table';
import { accountStream, cutoffStream, isAccountEvent } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { EventLog, Position, RecordedEvent } from '@tollgate/event-store';
import type { KeptRecords } from './kept-records';
import { recordsOf } from './records';
import type { Found } from './records';
import { addDecisions, addRecords, boundsOf, nothingYet } from './then';
import type { AccountThen, Moment, TrafficThen } from './then';
import type { Turn } from './turn';

type Log = Pick<EventLog<LogEvent>, 'read' | 'readStream'>;
type Sources = { log: Log; kept: KeptRecords; turn: Turn };

export type Past = {
  /** The account as it was; absent if it was not open then. `isWanted` is asked before each piece of the work. */
  partner(accountId: string, moment: Moment, isWanted: () => boolean): Promise<Partner | undefined>;
  /** By the decisions that had been made by then; of an account without any, open. */
  traffic(accountId: string, moment: Moment, isWanted: () => boolean): Promise<Partner['traffic']>;
};

/**
 * Reads accounts as they were, from the records of their own streams: it takes as long as they have events. One piece at a time,
 * everybody's in turn, so that whoever asks for many, or for one with many events, keeps neither the present nor others waiting.
 */
export const createPast = (log: Log, kept: KeptRecords): Past => {
  let last: Promise<unknown> = Promise.resolve();
  /** Who has gone is not read for any more: what came of it goes to nobody. */
  const inTurn =
    (isWanted: () => boolean): Turn =>
    async (work) => {
      const working = last.then(() => (isWanted() ? work() : undefined));
      last = working.then(nextTurn, nextTurn);
      return working;
    };
  return {
    traffic: (accountId, moment, isWanted) => trafficThen({ log, kept, turn: inTurn(isWanted) }, accountId, moment),
    partner: async (accountId, moment, isWanted) => {
      const sources = { log, kept, turn: inTurn(isWanted) };
      const then = await accountThen(sources, accountId, moment);
      const account = await accountOf(sources, then);
      if (account === undefined || then.last === undefined) return undefined;
      const { revision, position } = then.last;
      return {
        account,
        traffic: await trafficThen(sources, accountId, moment),
        revision,
        position: BigInt(position),
      };
    },
  };
};

const accountThen = async (sources: Sources, accountId: string, moment: Moment): Promise<AccountThen> => {
  const then = nothingYet();
  const bounds = boundsOf(moment);
  for await (const records of recordsOf(sources, accountStream(accountId)))
    if (!addRecords(then, records, bounds)) break;
  return then;
};

/** What the events that count say of it; absent if it was not opened by then. */
const accountOf = async (sources: Sources, { totals, opening, rule }: AccountThen): Promise<Account | undefined> => {
  if (opening === undefined) return undefined;
  const opened = await eventOf(sources, opening);
  if (opened?.type !== 'AccountOpened') return undefined;
  const { accountId, name, currency } = opened.data;
  let cutoff: Rule = ruleAfter(undefined, opened);
  const changed = rule && (await eventOf(sources, rule));
  if (changed !== undefined && isAccountEvent(changed)) cutoff = ruleAfter(cutoff, changed);
  return accountAt(totals, 0, { accountId, name, currency, cutoff: cutoff.cutoff });
};

const trafficThen = async (sources: Sources, accountId: string, moment: Moment): Promise<Partner['traffic']> => {
  const then: TrafficThen = { inbound: undefined, outbound: undefined };
  const bounds = boundsOf(moment);
  for await (const records of recordsOf(sources, cutoffStream(accountId)))
    if (!addDecisions(then, records, bounds)) break;
  return { inbound: await statusOf(sources, then.inbound), outbound: await statusOf(sources, then.outbound) };
};

const statusOf = async (sources: Sources, found: Found | undefined): Promise<TrafficStatus> => {
  const decision = found && (await eventOf(sources, found));
  if (decision?.type !== 'TrafficBlocked' && decision?.type !== 'TrafficUnblocked') return { state: 'open' };
  const { sequence, decidedAt: since, exhausted } = decision.data;
  return { state: decision.type === 'TrafficBlocked' ? 'blocked' : 'open', since, sequence, exhausted };
};

/** Absent only where nobody waits for it. */
const eventOf = async (
  { log, turn }: Sources,
  { position, event }: Found,
): Promise<RecordedEvent<LogEvent> | undefined> => event ?? (await turn(() => readAt(log, BigInt(position))));

const readAt = async (log: Log, position: Position): Promise<RecordedEvent<LogEvent>> => {
  const event = await log.read(position);
  if (event === undefined) throw new Error(`the log has no event at position ${String(position)}, where it had one`);
  return event;
};
