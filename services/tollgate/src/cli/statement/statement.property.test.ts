import fc from 'fast-check';
import { Decimal } from 'decimal.js';
import { formatAmount } from '@tollgate/money';
import { adjustment, opening, payment, reversal, statementOf, usage } from './account.fixture';

const amount = fc
  .tuple(fc.bigInt({ min: 1n, max: 10n ** 28n - 1n }))
  .map(([units]) => formatAmount(units))
  .filter((text) => /^\d{1,18}(\.|$)/.test(text));
const time = fc.integer({ min: 0, max: 59 }).map((minute) => `2026-01-31T12:${String(minute).padStart(2, '0')}:00Z`);
const prefix = fc.option(fc.constantFrom('49', '44', '1'), { nil: undefined });

const told = fc
  .array(fc.tuple(fc.constantFrom('payment', 'usage', 'adjustment'), amount, time, prefix, fc.boolean()))
  .map((entries) =>
    entries.flatMap(([kind, text, at, of, isReversed], index) => {
      const id = String(index);
      const attributes = of === undefined ? {} : { attributes: { prefix: of } };
      const entry = { payment, adjustment, usage }[kind as 'payment'](id, text, { at, ...attributes });
      return isReversed ? [entry, reversal(`r${id}`, { kind, id }, { at })] : [entry];
    }),
  );

const Exact = Decimal.clone({ precision: 60 });
const sum = (texts: readonly string[]): string =>
  texts.reduce((total, text) => total.plus(text), new Exact(0)).toFixed();
const less = (text: string): string => new Exact(text).negated().toFixed();

test('any statement foots to the last digit: entries, prefixes and days each sum to what they are of', async () => {
  await fc.assert(
    fc.asyncProperty(told, time, time, async (entries, from, to) => {
      const { parts } = await statementOf([opening, ...entries], { from, to });
      for (const part of parts) {
        const change = sum([part.closing, less(part.opening)]);
        expect(sum(part.entries.map(({ effect }) => effect))).toBe(change);
        expect(sum([part.payments, part.adjustments, less(part.usage)])).toBe(change);
        expect(sum(part.days.map((day) => day.change))).toBe(change);
        expect(sum(part.prefixes.map((of) => of.usage))).toBe(part.usage);
        expect(part.entries.at(-1)?.balance ?? part.opening).toBe(part.closing);
      }
    }),
  );
});
