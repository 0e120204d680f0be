import { addTo } from '@tollgate/money';
import type { Sums } from '@tollgate/money';
import type { Account } from './account';
import { isCallEvent } from './account-event';
import type { AccountEvent } from './account-event';
import { ruleAfter } from './rule';
import type { Rule } from './rule';
import { accountAt, movementOf, totalsBytes } from './totals';

/** Both ends of what is looked at, exclusive, RFC 3339 UTC; what is absent is no end. */
export type Moment = { occurredBefore?: string | undefined; recordedBefore?: string | undefined };

/**
 * When what an event tells of happened: a call when it ended, else when it began; a payment when it was paid; what does not say, and
 * everything else, when we received it.
 */
export const happenedAt = ({ type, data, metadata }: AccountEvent): string => {
  const { receivedAt } = metadata.source;
  if (type === 'UsageCharged') return data.endedAt ?? data.startedAt ?? receivedAt;
  return (type === 'PaymentRecorded' ? data.paidAt : undefined) ?? receivedAt;
};

/** Whether a time is before an end, to the nanosecond; before one that is absent, always. Both are UTC, so that their texts have an order. */
export const isBefore = (time: string, end: string | undefined): boolean =>
  end === undefined || inNanoseconds(time) < inNanoseconds(end);

/** To the second, then nine digits, so that times of any precision compare as texts. */
const inNanoseconds = (time: string): string => {
  const [, fraction = ''] = /^\.(\d+)/.exec(time.slice(secondsLength)) ?? [];
  return `${time.slice(0, secondsLength)}.${fraction.padEnd(9, '0')}`;
};

const secondsLength = '2026-01-31T12:00:00'.length;

/**
 * An account as it was: by what had happened by then, or by what was recorded by then, or both. It is given its stream from the first
 * event on. That it was opened counts whenever it happened: calls of before are charged too.
 */
export const createAsOf = ({ occurredBefore, recordedBefore }: Moment) => {
  const totals: Sums = { bytes: new DataView(new ArrayBuffer(totalsBytes)), tops: new Map() };
  const movement = { total: 0, high: 0, low: 0 };
  let about: Pick<Account, 'accountId' | 'name' | 'currency'> | undefined;
  let rule: Rule | undefined;
  return {
    /** Whether the event was recorded by then. */
    apply: (event: AccountEvent, recordedAt: string): boolean => {
      if (!isBefore(recordedAt, recordedBefore)) return false;
      if (event.type === 'AccountOpened') about = event.data;
      else if (isCallEvent(event) || !isBefore(happenedAt(event), occurredBefore)) return true;
      rule = ruleAfter(rule, event);
      if (movementOf(event, movement)) addTo(totals, movement.total, movement.high, movement.low);
      return true;
    },
    /** Absent if it was not opened by then. */
    account: (): Account | undefined => {
      if (about === undefined || rule === undefined) return undefined;
      const { accountId, name, currency } = about;
      return accountAt(totals, 0, { accountId, name, currency, cutoff: rule.cutoff });
    },
  };
};
