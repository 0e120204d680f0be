import fc from 'fast-check';
import { cutoffOf, decide } from './index';
import type { Command, Metadata } from './index';
import { isSameContent } from './same-content';

const text = fc.string({ maxLength: 5 });
const fraction = fc.stringMatching(/^(\.[0-9]{1,9})?$/);
const time = fc
  .tuple(fc.integer({ min: 10, max: 59 }), fraction)
  .map(([second, rest]) => `2026-01-31T12:00:${String(second)}${rest}Z`);
const usage = fc.record(
  {
    usageId: fc.constant('u1'),
    accountId: fc.constant('acme'),
    direction: fc.constantFrom('inbound' as const, 'outbound' as const),
    amount: fc.tuple(fc.nat(99), fraction).map(([whole, rest]) => `${String(whole)}${rest}`),
    currency: fc.constant('EUR'),
    startedAt: time,
    durationSeconds: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
    attributes: fc.dictionary(text, text),
  },
  { requiredKeys: ['usageId', 'accountId', 'direction', 'amount', 'currency'] },
);

const account = { currency: 'EUR', cutoff: cutoffOf(undefined) };
const came = (receivedAt: string): Metadata => ({ source: { receivedAt } });

const longer = (text: string): string => (text.includes('.') ? `${text}0` : `${text}.0`);

test('any record sent again changes nothing, however its keys are ordered, its amount is padded or its JSON is written', () => {
  fc.assert(
    fc.property(usage, (data) => {
      const first = decide({ type: 'ChargeUsage', data }, { account }, came('2026-01-31T12:00:00Z'));
      if (first.outcome !== 'accepted') throw new Error('the usage is good');
      const stored = JSON.parse(JSON.stringify(first.event)) as typeof first.event;
      const shuffled = JSON.parse(
        JSON.stringify(Object.fromEntries(Object.entries(data).reverse()), null, 2),
      ) as typeof data;
      const padded = { ...shuffled, amount: longer(data.amount) };
      const again: Command = {
        type: 'ChargeUsage',
        data:
          data.startedAt === undefined ? padded : { ...padded, startedAt: longer(data.startedAt.slice(0, -1)) + 'Z' },
      };
      expect(decide(again, { account, first: stored }, came('2027-01-31T12:00:00Z'))).toEqual({
        outcome: 'unchanged',
      });
    }),
  );
});

test('sameness is symmetric', () => {
  fc.assert(
    fc.property(usage, usage, (one, other) => expect(isSameContent(one, other)).toBe(isSameContent(other, one))),
  );
});
