import type { Amount } from '@tollgate/money';
import { balanceOf } from './account';
import type { Account } from './account';
import type { Balance } from './cutoff';
import type { Direction } from './entry';

/** Traffic an exhausted balance stops: mutual guards what the account originates on us (DESIGN 2.2). */
const guards = { inbound: 'inbound', outbound: 'outbound', mutual: 'inbound' } as const satisfies Record<
  Balance,
  Direction
>;

/** The balances that block `direction` now: in the rule, and non-positive once the credit limit is added (DESIGN 2.3). */
export const exhausted = (account: Account, direction: Direction): Balance[] =>
  account.cutoff.balances.filter((balance) => guards[balance] === direction && available(account, balance) <= 0n);

const available = (account: Account, balance: Balance): Amount =>
  balanceOf(account, balance) + account.cutoff.creditLimits[balance];
