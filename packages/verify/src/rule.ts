import { Decimal } from 'decimal.js';
import { isFields } from './event';
import type { Direction } from './event';

/** Sums of 18 digits before the point and 10 after it stay exact, of as many as a disk holds. */
export const Exact = Decimal.clone({ precision: 60 });

export const balanceNames = ['inbound', 'outbound', 'mutual'] as const;
export type Balance = (typeof balanceNames)[number];

/** Traffic that an exhausted balance blocks. */
export const guarded: Record<Balance, Direction> = { inbound: 'inbound', outbound: 'outbound', mutual: 'inbound' };

/** Which balances may cut an account's traffic, and how far below zero each may go. */
export type Rule = {
  balances: Balance[];
  limits: Record<Balance, Decimal>;
  isNetCredit: boolean;
  countsReservations: boolean;
  /** What a block does to calls in progress, as the rule says; absent where it says nothing. */
  callsInProgress: unknown;
};

const amountPattern = /^-?(0|[1-9]\d{0,17})(\.\d{1,10})?$/;

/** An amount as it is written; absent if it is none. */
export const amountIn = (text: unknown): Decimal | undefined =>
  typeof text === 'string' && amountPattern.test(text) ? new Exact(text) : undefined;

const formulas: unknown[] = ['outbound-minus-inbound', 'inbound-minus-outbound'];

/** The rule that is written so; absent if it is none. Without one, nothing is ever blocked. */
export const ruleIn = (value: unknown = { balances: [] }): Rule | undefined => {
  if (!isFields(value)) return undefined;
  const { creditLimits = {}, mutualFormula = formulas[0] } = value;
  const balances = balancesIn(value['balances']);
  const limits = limitsIn(creditLimits);
  if (balances === undefined || limits === undefined || !formulas.includes(mutualFormula)) return undefined;
  const countsReservations = value['countReservations'] === true;
  const { callsInProgress } = value;
  return { balances, limits, isNetCredit: mutualFormula === formulas[1], countsReservations, callsInProgress };
};

const balancesIn = (value: unknown): Balance[] | undefined => {
  if (!Array.isArray(value)) return undefined;
  const known = balanceNames.filter((name) => value.includes(name));
  return known.length === value.length ? known : undefined;
};

const limitsIn = (value: unknown): Rule['limits'] | undefined => {
  if (!isFields(value)) return undefined;
  const [inbound, outbound, mutual] = balanceNames.map((name) => amountIn(value[name] ?? '0'));
  return inbound && outbound && mutual && { inbound, outbound, mutual };
};
