import { accountAt, balanceTexts, blockedBy, exhaustedAt, verdictsOf } from '@tollgate/balance';
import type { BalanceSet } from '@tollgate/balance';
import type { LogEvent } from '@tollgate/contracts';
import type { RecordedGroup } from '@tollgate/event-store';
import { rowAt } from './row';
import type { State } from './state';

/** Decides what the event that was just folded does to the traffic of the account under the cursor. */
export const judge = (state: State, group: RecordedGroup<LogEvent>, index: number): void => {
  const { accounts, at } = state;
  const { totals } = at.page;
  const rule = accounts.rules.at(totals.bytes.getUint32(at.row + rowAt.rule, true));
  const held = at.page.reservations.get(at.number)?.held;
  const exhausted = exhaustedAt(totals, at.row + rowAt.totals, rule, held);
  if (blockedBy(exhausted) !== totals.bytes.getUint8(at.row + rowAt.blocked)) turn(state, { group, index, exhausted });
};

type Turn = { group: RecordedGroup<LogEvent>; index: number; exhausted: BalanceSet };

const turn = ({ accounts, at, pending }: State, { group, index, exhausted }: Turn): void => {
  const { page, row, number } = at;
  const { bytes } = page.totals;
  const { type, eventId, stream, revision } = group.event(index);
  const accountId = accounts.accountIdOf(at.slot);
  const currency = accounts.currencies.at(bytes.getUint16(row + rowAt.currency, true));
  const rule = accounts.rules.at(bytes.getUint32(row + rowAt.rule, true));
  const { cutoff } = rule;
  const sequence = bytes.getUint32(row + rowAt.decided, true);
  const verdicts = verdictsOf({
    accountId,
    balances: balanceTexts(accountAt(page.totals, row + rowAt.totals, { accountId, currency, cutoff })),
    currency,
    cause: { type, eventId, stream, revision },
    turned: blockedBy(exhausted) ^ bytes.getUint8(row + rowAt.blocked),
    exhausted,
    spent: exhaustedAt(page.totals, row + rowAt.totals, rule),
    callsInProgress: cutoff.callsInProgress,
    sequence,
  });
  for (const verdict of verdicts) pending.add(page, number, { ...verdict, causePlace: group.place(index) });
  bytes.setUint32(row + rowAt.decided, sequence + verdicts.length, true);
  bytes.setUint8(row + rowAt.blocked, blockedBy(exhausted));
};
