import { limbsOf } from '@tollgate/money';
import type { Limbs } from '@tollgate/money';
import { setOf } from './balance-set';
import type { BalanceSet } from './balance-set';
import type { AccountEvent } from './account-event';
import { cutoffOf } from './cutoff';
import type { Balance, Cutoff } from './cutoff';

/** An account's rule as the fold applies it. */
export type Rule = {
  readonly cutoff: Cutoff;
  /** The balances that can cut. */
  readonly cutting: BalanceSet;
  readonly limits: Readonly<Record<Balance, Limbs>>;
  /** Whether mutual is read as inbound minus outbound. */
  readonly isNetCredit: boolean;
};

export const ruleOf = (cutoff: Cutoff): Rule => ({
  cutoff,
  cutting: setOf(cutoff.balances),
  limits: {
    inbound: limbsOf(cutoff.creditLimits.inbound),
    outbound: limbsOf(cutoff.creditLimits.outbound),
    mutual: limbsOf(cutoff.creditLimits.mutual),
  },
  isNetCredit: cutoff.mutualFormula === 'inbound-minus-outbound',
});

/**
 * The rule in force after one more event of an account's stream. Throws if the stream does not begin with AccountOpened or opens
 * twice: such a log was not written by us.
 */
export const ruleAfter = (rule: Rule | undefined, event: AccountEvent): Rule => {
  if (event.type === 'AccountOpened') {
    if (rule !== undefined) throw new Error(`account ${event.data.accountId} is opened twice in its stream`);
    return ruleOf(cutoffOf(event.data.cutoff));
  }
  if (rule === undefined) throw new Error(`${event.type} comes before AccountOpened in its stream`);
  return event.type === 'CutoffChanged' ? ruleOf(cutoffOf(event.data)) : rule;
};
