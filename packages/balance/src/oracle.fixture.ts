import Decimal from 'decimal.js';
import type { AccountEvent, Balance, CutoffSetting, Direction } from './index';

/** The rules of DESIGN section 2 written a second time, over the whole log at once and with another library's arithmetic. */
const Exact = Decimal.clone({ precision: 80 });

export const expectedBalances = (events: readonly AccountEvent[]): Record<Balance, Decimal> => {
  const inbound = sumOf(events, 'inbound');
  const outbound = sumOf(events, 'outbound');
  const isNetCredit = ruleIn(events)?.mutualFormula === 'inbound-minus-outbound';
  return { inbound, outbound, mutual: isNetCredit ? inbound.minus(outbound) : outbound.minus(inbound) };
};

export const expectedBlockers = (events: readonly AccountEvent[]): Record<Direction, Balance[]> => {
  const rule = ruleIn(events);
  const expected = expectedBalances(events);
  const cuts = (balance: Balance): Balance[] => {
    const available = expected[balance].plus(rule?.creditLimits?.[balance] ?? '0');
    return rule?.balances.includes(balance) === true && available.lessThanOrEqualTo(0) ? [balance] : [];
  };
  return { inbound: [...cuts('inbound'), ...cuts('mutual')], outbound: cuts('outbound') };
};

const sumOf = (events: readonly AccountEvent[], direction: Direction): Decimal =>
  events.map((event) => effectOf(event, direction)).reduce((sum, effect) => sum.plus(effect), new Exact(0));

const effectOf = (event: AccountEvent, direction: Direction): Decimal => {
  if (event.type === 'EntryReversed') {
    if (event.metadata.reversed.direction !== direction) return new Exact(0);
    const amount = new Exact(event.metadata.reversed.amount);
    return event.data.of.kind === 'usage' ? amount : amount.negated();
  }
  if (!('amount' in event.data) || event.data.direction !== direction) return new Exact(0);
  const amount = new Exact(event.data.amount);
  return event.type === 'UsageCharged' ? amount.negated() : amount;
};

const ruleIn = (events: readonly AccountEvent[]): CutoffSetting | undefined => {
  const last = events.findLast(({ type }) => type === 'CutoffChanged' || type === 'AccountOpened');
  if (last?.type === 'CutoffChanged') return last.data;
  return last?.type === 'AccountOpened' ? last.data.cutoff : undefined;
};
