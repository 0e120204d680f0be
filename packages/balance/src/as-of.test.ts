import { happenedAt, isBefore } from './index';
import type { AccountEvent } from './index';
import { paid, used } from './story.fixture';

const day = (number: number): string => `2026-01-${String(number).padStart(2, '0')}T00:00:00.000Z`;

/** Received on a day. */
const on = (number: number, event: AccountEvent): AccountEvent =>
  ({ ...event, metadata: { ...event.metadata, source: { receivedAt: day(number) } } }) as AccountEvent;

const ended = (number: number, event: AccountEvent): AccountEvent =>
  ({ ...event, data: { ...event.data, startedAt: day(number - 1), endedAt: day(number) } }) as AccountEvent;

test.each<[string, AccountEvent, string]>([
  ['a call when it ended', ended(4, used('inbound', '1')), day(4)],
  [
    'a payment when it was paid',
    { ...paid('inbound', '1'), data: { ...paid('inbound', '1').data, paidAt: day(3) } } as AccountEvent,
    day(3),
  ],
  ['what does not say, when it was received', paid('inbound', '1'), day(9)],
])('%s', (_what, event, time) => {
  expect(happenedAt(on(9, event))).toBe(time);
});

test.each([
  ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000000001Z', true],
  ['2026-01-31T12:00:00.000Z', '2026-01-31T12:00:00+00:00', false],
  ['2026-01-31T12:00:00.5Z', '2026-01-31T12:00:00.50-00:00', false],
  ['2026-01-31T12:00:00.0004Z', '2026-01-31T12:00:00.0005Z', true],
  ['2026-01-31T12:00:00.1Z', '2026-01-31T12:00:00.09Z', false],
  ['2026-01-31T11:59:59.999999999Z', '2026-01-31T12:00:00Z', true],
])('%s is before %s: %s', (time, end, expected) => {
  expect(isBefore(time, end)).toBe(expected);
});
