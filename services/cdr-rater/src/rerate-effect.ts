import { directions, guardsOf, loweredBy, setOf } from '@tollgate/balance';
import type { Balance, Direction } from '@tollgate/balance';
import type { AccountView } from '@tollgate/contracts';
import { formatAmount, parseAmount } from '@tollgate/money';
import type { Amount } from '@tollgate/money';
import type { Correction } from './rerate';

type Texts = Record<Balance, string>;

/** What corrections change of an account: its balances before and after, and which directions are blocked then. */
export type Effect = { before: Texts; after: Texts; blockedBefore: Direction[]; blockedAfter: Direction[] };

export const effectOf = (account: AccountView, corrections: readonly Correction[]): Effect => {
  const added = (direction: Direction): Amount =>
    corrections
      .filter(({ before }) => before.direction === direction)
      .reduce((sum, { before, reversal, after }) => {
        const takenBack = reversal === undefined ? 0n : parseAmount(before.amount);
        return sum + parseAmount(after.amount) - takenBack;
      }, 0n);
  const inbound = parseAmount(account.balances.inbound) - added('inbound');
  const outbound = parseAmount(account.balances.outbound) - added('outbound');
  const isNetCredit = account.cutoff.mutualFormula === 'inbound-minus-outbound';
  const mutual = isNetCredit ? inbound - outbound : outbound - inbound;
  const after = {
    inbound: formatAmount(inbound),
    outbound: formatAmount(outbound),
    mutual: formatAmount(mutual),
  };
  return {
    before: account.balances,
    after,
    blockedBefore: directions.filter((direction) => account.traffic[direction].state === 'blocked'),
    blockedAfter: blockedWith(account, after),
  };
};

const blockedWith = ({ cutoff, exposure }: AccountView, after: Texts): Direction[] => {
  const { balances, creditLimits, countReservations } = cutoff;
  const heldOf = (balance: Balance): Amount =>
    countReservations === true ? parseAmount(exposure?.reserved[loweredBy(balance, cutoff)] ?? '0') : 0n;
  const exhausted = balances.filter(
    (balance) => parseAmount(after[balance]) + parseAmount(creditLimits[balance]) - heldOf(balance) <= 0n,
  );
  return directions.filter((direction) => (setOf(exhausted) & guardsOf[direction]) !== 0);
};
