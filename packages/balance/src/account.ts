import { formatAmount } from '@tollgate/money';
import type { Amount } from '@tollgate/money';
import type { Balance, Cutoff } from './cutoff';
import type { Direction } from './entry';

/** Sums per kind of one direction, reversals subtracted from the kind they reverse (DESIGN 2.8). */
export type Totals = { readonly payments: Amount; readonly usage: Amount; readonly adjustments: Amount };

/** One partner, as the fold of its stream, for those who read it. */
export type Account = {
  readonly accountId: string;
  readonly name?: string | undefined;
  readonly currency: string;
  readonly cutoff: Cutoff;
  readonly totals: Readonly<Record<Direction, Totals>>;
};

/** Paid minus billed, in the account's currency; mutual by the account's formula (DESIGN 1, 2.5). */
export const balanceOf = (account: Account, balance: Balance): Amount => {
  switch (balance) {
    case 'inbound':
    case 'outbound':
      return directionBalance(account.totals[balance]);
    case 'mutual': {
      const difference = directionBalance(account.totals.outbound) - directionBalance(account.totals.inbound);
      return account.cutoff.mutualFormula === 'outbound-minus-inbound' ? difference : -difference;
    }
  }
};

const directionBalance = ({ payments, usage, adjustments }: Totals): Amount => payments - usage + adjustments;

/** All three balances as shortest exact texts. */
export const balanceTexts = (account: Account): Record<Balance, string> => ({
  inbound: formatAmount(balanceOf(account, 'inbound')),
  outbound: formatAmount(balanceOf(account, 'outbound')),
  mutual: formatAmount(balanceOf(account, 'mutual')),
});
