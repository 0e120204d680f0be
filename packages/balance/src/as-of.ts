import type { AccountEvent } from './account-event';

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
