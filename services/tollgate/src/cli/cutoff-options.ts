import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { balances } from '@tollgate/balance';
import type { Balance, CutoffSetting, MutualFormula } from '@tollgate/balance';
import { amountPattern } from '@tollgate/money';
import { callOptions, callRuleOf } from './call-options';
import type { CallFlags } from './call-options';

export type CutoffFlags = CallFlags & {
  limit?: Partial<Record<Balance, string>>;
  mutualFormula?: MutualFormula;
};

const isBalance = (name: string): name is Balance => balances.some((balance) => balance === name);

/** `inbound,mutual`, or `none` for postpaid. */
export const balancesOf = (text: string): Balance[] => {
  if (text === 'none') return [];
  const names = text.split(',').map((name) => name.trim());
  if (!names.every(isBalance)) throw new InvalidArgumentError(`It must be none or some of ${balances.join(',')}.`);
  return [...new Set(names)];
};

/** `inbound=10`, several times. */
const limitsOf = (text: string, before: CutoffFlags['limit']): CutoffFlags['limit'] => {
  const [name = '', amount = ''] = text.split('=', 2);
  if (!isBalance(name) || !amountPattern.test(amount))
    throw new InvalidArgumentError('It must be like inbound=10, for inbound, outbound or mutual.');
  return { ...before, [name]: amount };
};

/** Of a rule, all but which balances cut. */
export const addRuleOptions = (command: Command): Command =>
  [limitOption(), formulaOption(), ...callOptions()].reduce((all, option) => all.addOption(option), command);

const limitOption = (): Option =>
  new Option('--limit <balance=amount>', 'how far below zero that balance may go; may be given for each').argParser(
    limitsOf,
  );

const formulas: readonly MutualFormula[] = ['outbound-minus-inbound', 'inbound-minus-outbound'];

const formulaOption = (): Option =>
  new Option(
    '--mutual-formula <formula>',
    'how mutual is read; without it the default, outbound-minus-inbound',
  ).choices(formulas);

export const cutoffOf = (names: Balance[], { limit, mutualFormula, ...calls }: CutoffFlags): CutoffSetting => ({
  balances: names,
  ...(limit && { creditLimits: limit }),
  ...(mutualFormula && { mutualFormula }),
  ...callRuleOf(calls),
});
