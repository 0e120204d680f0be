import { directions } from '@tollgate/balance';
import type { Direction } from '@tollgate/balance';
import { formatAmount } from '@tollgate/money';
import type { Amount } from '@tollgate/money';
import { effectOf, totalNames } from '../movements';
import type { Movement, TotalName } from '../movements';
import type { Entry, OfDay, OfPrefix, Part } from './statement';

/** A movement, and what is said of it but for the balance after it. */
export type Line = { movement: Movement; entry: Omit<Entry, 'effect' | 'balance'> };

type Sums = Record<TotalName, Amount>;
const noSums = (): Sums => ({ payments: 0n, usage: 0n, adjustments: 0n });
const textsOf = ({ payments, usage, adjustments }: Sums): Record<TotalName, string> => ({
  payments: formatAmount(payments),
  usage: formatAmount(usage),
  adjustments: formatAmount(adjustments),
});
const changeOf = (sums: Sums): Amount =>
  totalNames.reduce((change, total) => change + effectOf({ total, amount: sums[total] }), 0n);

/** A part for each direction, of lines in the order of the log. */
export const partsOf = (opening: Readonly<Record<Direction, Amount>>, lines: readonly Line[]): Part[] =>
  directions.map((direction) =>
    partOf(
      direction,
      opening[direction],
      lines.filter(({ movement }) => movement.direction === direction),
    ),
  );

const partOf = (direction: Direction, opening: Amount, lines: readonly Line[]): Part => {
  const sums = noSums();
  let balance = opening;
  const entries = lines.map(({ movement, entry }): Entry => {
    const effect = effectOf(movement);
    sums[movement.total] += movement.amount;
    balance += effect;
    return { ...entry, effect: formatAmount(effect), balance: formatAmount(balance) };
  });
  return {
    ...{ direction, opening: formatAmount(opening), ...textsOf(sums) },
    closing: formatAmount(opening + changeOf(sums)),
    ...{ entries, prefixes: prefixesOf(lines), days: daysOf(lines) },
  };
};

/** In the order of prefixes, what has none last. */
const prefixesOf = (lines: readonly Line[]): OfPrefix[] => {
  const sums = new Map<string | undefined, { calls: number; usage: Amount }>();
  for (const { movement } of lines) {
    if (movement.total !== 'usage') continue;
    const { prefix, kind, amount } = movement;
    const { calls, usage } = sums.get(prefix) ?? { calls: 0, usage: 0n };
    sums.set(prefix, { calls: calls + (kind === 'reversal' ? -1 : 1), usage: usage + amount });
  }
  return [...sums]
    .sort(([one], [other]) => inOrder(one, other))
    .map(([prefix, { calls, usage }]) => ({
      ...(prefix !== undefined && { prefix }),
      ...{ calls, usage: formatAmount(usage) },
    }));
};

const inOrder = (one: string | undefined, other: string | undefined): number => {
  if (one === undefined || other === undefined) return one === other ? 0 : one === undefined ? 1 : -1;
  return one < other ? -1 : 1;
};

const daysOf = (lines: readonly Line[]): OfDay[] => {
  const sums = new Map<string, Sums>();
  for (const { movement, entry } of lines) {
    const ofDay = sums.get(entry.day) ?? noSums();
    ofDay[movement.total] += movement.amount;
    sums.set(entry.day, ofDay);
  }
  return [...sums]
    .sort(([one], [other]) => inOrder(one, other))
    .map(([day, ofDay]) => ({ day, ...textsOf(ofDay), change: formatAmount(changeOf(ofDay)) }));
};
