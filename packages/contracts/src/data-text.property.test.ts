import * as fc from 'fast-check';
import type { LogEvent } from './log-event';
import { dataText } from './data-text';

const metadata = { source: { receivedAt: '2026-01-31T12:00:00.000Z' } };
const text = fc.string({ unit: 'binary', maxLength: 20 });
const id = fc.stringMatching(/^[!-~]{1,128}$/);
const entry = {
  accountId: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/),
  direction: fc.constantFrom('inbound' as const, 'outbound' as const),
  amount: fc.stringMatching(/^(0|[1-9][0-9]{0,17})(\.[0-9]{1,10})?$/),
  currency: fc.stringMatching(/^[A-Z]{3}$/),
};
const time = fc.constantFrom('2026-01-31T12:00:00.000Z', '2026-01-31T12:00:00Z', undefined);
const label = fc.option(text, { nil: undefined });

const usage = fc.record({
  usageId: id,
  ...entry,
  callId: label,
  startedAt: time,
  endedAt: time,
  durationSeconds: fc.option(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }), { nil: undefined }),
  caller: label,
  callee: label,
  ratedAt: time,
  attributes: fc.option(fc.dictionary(fc.oneof(text, fc.stringMatching(/^\d{1,3}$/)), fc.oneof(text, fc.string())), {
    nil: undefined,
  }),
});
const payment = fc.record({ paymentId: id, ...entry, paidAt: time, reference: label });

const event: fc.Arbitrary<LogEvent> = fc.oneof(
  usage.map((data): LogEvent => ({ type: 'UsageCharged', data, metadata })),
  payment.map((data): LogEvent => ({ type: 'PaymentRecorded', data, metadata })),
);

test('data are written as JSON.stringify writes them, character by character', () => {
  fc.assert(
    fc.property(event, (one) => {
      expect(dataText(one)).toBe(JSON.stringify(one.data));
    }),
    { numRuns: 2_000 },
  );
});

test('what stands in no event of the thousands is written as it is', () => {
  const ruled: LogEvent = { type: 'CutoffChanged', data: { balances: ['inbound'] }, metadata };
  expect(dataText(ruled)).toBe('{"balances":["inbound"]}');
});
