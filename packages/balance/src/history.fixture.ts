import fc from 'fast-check';
import { balances } from './index';
import type { AccountEvent, CutoffSetting, Direction, EntryKind } from './index';
import { adjusted, opened, paid, reversed, ruled, used } from './story.fixture';

/** Random histories of one account. Amounts are few and small, so that balances often meet the boundary exactly. */
const amount = fc.constantFrom(
  '1',
  '2',
  '0.5',
  '0.0000000001',
  '1.0000000001',
  '2.50',
  '999999999999999999.9999999999',
);
const direction = fc.constantFrom<Direction>('inbound', 'outbound');
const limit = fc.option(fc.constantFrom('0', '1', '0.0000000001', '2.5'), { nil: undefined });

const setting: fc.Arbitrary<CutoffSetting> = fc.record({
  balances: fc.subarray([...balances]),
  creditLimits: fc.option(fc.record({ inbound: limit, outbound: limit, mutual: limit }), { nil: undefined }),
  mutualFormula: fc.constantFrom('outbound-minus-inbound', 'inbound-minus-outbound', undefined),
});

type Entry = { kind: EntryKind; direction: Direction; amount: string };
type Step = { rule: CutoffSetting } | { entry: Entry } | { reversing: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: setting.map((rule) => ({ rule })) },
  {
    weight: 6,
    arbitrary: fc
      .record({
        kind: fc.constantFrom<EntryKind>('payment', 'usage', 'adjustment'),
        direction,
        amount,
        isDown: fc.boolean(),
      })
      .map(({ isDown, ...entry }) => ({
        entry: { ...entry, amount: entry.kind === 'adjustment' && isDown ? `-${entry.amount}` : entry.amount },
      })),
  },
  { weight: 2, arbitrary: fc.nat().map((reversing) => ({ reversing })) },
);

const eventOf = ({ kind, direction, amount }: Entry, id: string): AccountEvent => {
  switch (kind) {
    case 'payment':
      return paid(direction, amount, id);
    case 'usage':
      return used(direction, amount, id);
    case 'adjustment':
      return adjusted(direction, amount, id);
  }
};

/** From its opening on: entries, changes of rule, and reversals of entries made before, each entry reversed at most once. */
export const history: fc.Arbitrary<AccountEvent[]> = fc
  .tuple(fc.option(setting, { nil: undefined }), fc.array(step, { maxLength: 30 }))
  .map(([rule, steps]) => {
    const standing: (Entry & { id: string })[] = [];
    return steps.reduce<AccountEvent[]>(
      (events, step, index) => {
        if ('rule' in step) return [...events, ruled(step.rule)];
        if ('entry' in step) {
          const id = `e${String(index)}`;
          standing.push({ ...step.entry, id });
          return [...events, eventOf(step.entry, id)];
        }
        const [taken] = standing.splice(step.reversing % Math.max(standing.length, 1), 1);
        return taken === undefined
          ? events
          : [...events, reversed(taken.kind, taken.direction, taken.amount, taken.id)];
      },
      [opened(rule)],
    );
  });
