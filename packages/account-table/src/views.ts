import { accountAt } from '@tollgate/balance';
import type { Direction } from '@tollgate/balance';
import { blockedNumber, directionOfBlocked, slotOfBlocked } from './blocked-keys';
import type { Partner } from './partner';
import { lastDecision, statusOf } from './recorded-traffic';
import { rowAt } from './row';
import type { SortedKeys } from './sorted-keys';
import type { State } from './state';
import type { AccountFacts, AccountTable, Blocked, Page, PageRequest, Unapplied } from './table';

type Views = Pick<AccountTable, 'facts' | 'partner' | 'partners' | 'blocked' | 'lastDecision' | 'unapplied'>;

/** What may be asked of the accounts. */
export const createViews = (state: State): Views => ({
  facts: (accountId) => {
    const slot = state.accounts.slotOf(accountId);
    return slot === undefined ? undefined : factsAt(state, slot);
  },
  partner: (accountId) => {
    const slot = state.accounts.slotOf(accountId);
    return slot === undefined ? undefined : partnerAt(state, slot);
  },
  partners: (request) =>
    pageOf(state.accountKeys, request, (slot) => ({
      key: state.accounts.accountIdOf(slot),
      item: partnerAt(state, slot),
    })),
  blocked: (request) =>
    pageOf(state.blockedKeys, request, (number) => {
      const item = blockedAt(state, slotOfBlocked(number), directionOfBlocked(number));
      return { key: `${item.accountId}/${item.direction}`, item };
    }),
  lastDecision: (accountId, direction) => {
    const slot = state.accounts.slotOf(accountId);
    return slot === undefined
      ? undefined
      : lastDecision(state.accounts.pageOf(slot), state.accounts.numberOf(slot), direction);
  },
  unapplied: (decidedByMs) => unappliedIn(state, decidedByMs),
});

function* unappliedIn(state: State, decidedByMs: number): Generator<Unapplied> {
  const { accounts, acknowledgements } = state;
  for (const { slot, direction, switches } of acknowledgements.owed(decidedByMs)) {
    const decision = lastDecision(accounts.pageOf(slot), accounts.numberOf(slot), direction);
    if (decision === undefined) continue;
    const { sequence, since: decidedAt } = decision;
    yield { accountId: accounts.accountIdOf(slot), direction, sequence, decidedAt, switches };
  }
}

const factsAt = ({ accounts }: State, slot: number): AccountFacts => {
  const { bytes } = accounts.pageOf(slot).totals;
  const row = accounts.rowOf(slot);
  return {
    revision: bytes.getUint32(row + rowAt.revision, true),
    currency: accounts.currencies.at(bytes.getUint16(row + rowAt.currency, true)),
    cutoff: accounts.rules.at(bytes.getUint32(row + rowAt.rule, true)).cutoff,
    cutoffRevision: bytes.getUint32(row + rowAt.cutoffRevision, true),
  };
};

const partnerAt = (state: State, slot: number): Partner => {
  const { accounts } = state;
  const page = accounts.pageOf(slot);
  const { totals, names } = page;
  const number = accounts.numberOf(slot);
  const row = accounts.rowOf(slot);
  const { currency, cutoff, revision } = factsAt(state, slot);
  const held = page.reservations.get(number)?.held;
  const about = { accountId: accounts.accountIdOf(slot), name: names[number], currency, cutoff };
  return {
    account: accountAt(totals, row + rowAt.totals, about),
    traffic: { inbound: statusOf(page, number, 'inbound'), outbound: statusOf(page, number, 'outbound') },
    ...(held && { held: structuredClone(held) }),
    revision,
    position: BigInt(totals.bytes.getFloat64(row + rowAt.place, true)),
  };
};

const blockedAt = ({ accounts, acknowledgements }: State, slot: number, direction: Direction): Blocked => {
  const accountId = accounts.accountIdOf(slot);
  const page = accounts.pageOf(slot);
  const number = accounts.numberOf(slot);
  const decision = lastDecision(page, number, direction);
  if (decision === undefined) throw new Error(`no decision blocks ${direction} traffic of ${accountId}`);
  return {
    accountId,
    direction,
    ...decision,
    acknowledgements: page.acknowledgements.get(blockedNumber(number, direction)) ?? [],
    pending: acknowledgements.owing(page, number, direction),
  };
};

/** One more than asked for tells whether there is a next page. */
const pageOf = <Item>(
  keys: SortedKeys,
  { after, limit }: PageRequest,
  read: (number: number) => { key: string; item: Item },
): Page<Item> => {
  const numbers = keys.page(after, limit + 1);
  const found = numbers.slice(0, limit).map(read);
  return { items: found.map(({ item }) => item), next: numbers.length > limit ? (found.at(-1)?.key ?? null) : null };
};
