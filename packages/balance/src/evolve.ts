import { parseAmount } from '@tollgate/money';
import type { Amount } from '@tollgate/money';
import type { Account, Totals } from './account';
import type { AccountEvent } from './account-event';
import { cutoffOf } from './cutoff';
import type { Direction, EntryKind } from './entry';

/**
 * The account after one more event of its stream, folded in log order. Throws if the stream does not begin with
 * AccountOpened or opens twice: such a log was not written by us.
 */
export const evolve = (account: Account | undefined, event: AccountEvent): Account => {
  if (event.type === 'AccountOpened') {
    if (account !== undefined) throw new Error(`account ${account.accountId} is opened twice in its stream`);
    const { accountId, name, currency, cutoff } = event.data;
    return { accountId, name, currency, cutoff: cutoffOf(cutoff), totals: { inbound: nothing, outbound: nothing } };
  }
  if (account === undefined) throw new Error(`${event.type} comes before AccountOpened in its stream`);
  switch (event.type) {
    case 'CutoffChanged':
      return { ...account, cutoff: cutoffOf(event.data) };
    case 'PaymentRecorded':
      return add(account, event.data.direction, 'payment', parseAmount(event.data.amount));
    case 'UsageCharged':
      return add(account, event.data.direction, 'usage', parseAmount(event.data.amount));
    case 'BalanceAdjusted':
      return add(account, event.data.direction, 'adjustment', parseAmount(event.data.amount));
    case 'EntryReversed': {
      const { direction, amount } = event.metadata.reversed;
      return add(account, direction, event.data.of.kind, -parseAmount(amount));
    }
  }
};

const nothing: Totals = { payments: 0n, usage: 0n, adjustments: 0n };

// eslint-disable-next-line max-params -- the four things an addition is made of
const add = (account: Account, direction: Direction, kind: EntryKind, amount: Amount): Account => {
  const { accountId, name, currency, cutoff, totals } = account;
  const changed = addTo(totals[direction], kind, amount);
  return {
    accountId,
    name,
    currency,
    cutoff,
    totals:
      direction === 'inbound'
        ? { inbound: changed, outbound: totals.outbound }
        : { inbound: totals.inbound, outbound: changed },
  };
};

const addTo = ({ payments, usage, adjustments }: Totals, kind: EntryKind, amount: Amount): Totals => {
  switch (kind) {
    case 'payment':
      return { payments: payments + amount, usage, adjustments };
    case 'usage':
      return { payments, usage: usage + amount, adjustments };
    case 'adjustment':
      return { payments, usage, adjustments: adjustments + amount };
  }
};
