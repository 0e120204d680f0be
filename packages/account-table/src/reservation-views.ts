import { standingOf, totalsBytes } from '@tollgate/balance';
import type { Held, Reservation, Standing } from '@tollgate/balance';
import type { Sums } from '@tollgate/money';
import { rowAt } from './row';
import type { State } from './state';
import type { AccountTable, HeldTotals, Page, PageRequest } from './table';

type ReservationViews = Pick<AccountTable, 'standing' | 'reservations' | 'expired' | 'held'>;

/** What may be asked of what is held for calls. */
export const createReservationViews = (state: State): ReservationViews => ({
  standing: (accountId) => standingIn(state, accountId),
  reservations: (accountId, request) => {
    const slot = state.accounts.slotOf(accountId);
    return slot === undefined ? undefined : pageOf(callsIn(state, slot), request);
  },
  expired: (nowMs, most) =>
    state.reservations.expired(nowMs, most).map(({ slot, authorizationId }) => ({
      accountId: state.accounts.accountIdOf(slot),
      authorizationId,
    })),
  held: () => {
    const [first] = state.reservations.unsettled();
    return { ...state.reservations.counts(), unsettledSince: first?.endedAt, accounts: () => heldIn(state) };
  },
});

const standingIn = ({ accounts }: State, accountId: string): Standing => {
  const slot = accounts.slotOf(accountId);
  if (slot === undefined) return standingOf();
  const { totals, reservations } = accounts.pageOf(slot);
  const row = accounts.rowOf(slot);
  const of = reservations.get(accounts.numberOf(slot));
  return standingOf({
    totals: copyOf(totals, row + rowAt.totals),
    rule: accounts.rules.at(totals.bytes.getUint32(row + rowAt.rule, true)),
    held: of && copyOfHeld(of.held),
    reservation: (authorizationId) => of?.calls.get(authorizationId),
  });
};

/** A hundredth of what structuredClone takes, which was the most of what a standing costs. */
const copyOfHeld = ({ reserved, calls, unsettled }: Held): Held => ({
  reserved: { ...reserved },
  calls: { ...calls },
  unsettled,
});

const copyOf = ({ bytes, tops }: Sums, at: number): Sums => {
  const start = bytes.byteOffset + at;
  const copied = new Map<number, number>();
  for (const [sum, top] of tops) if (sum >= at && sum < at + totalsBytes) copied.set(sum - at, top);
  return { bytes: new DataView(bytes.buffer.slice(start, start + totalsBytes)), tops: copied };
};

const callsIn = ({ accounts }: State, slot: number): Reservation[] => [
  ...(accounts.pageOf(slot).reservations.get(accounts.numberOf(slot))?.calls.values() ?? []),
];

const pageOf = (calls: readonly Reservation[], { after = '', limit }: PageRequest): Page<Reservation> => {
  const following = calls
    .filter(({ authorizationId }) => authorizationId > after)
    .sort((one, other) => (one.authorizationId < other.authorizationId ? -1 : 1));
  const items = following.slice(0, limit);
  return { items, next: following.length > limit ? (items.at(-1)?.authorizationId ?? null) : null };
};

function* heldIn({ accounts }: State): ReturnType<HeldTotals['accounts']> & Generator {
  let firstSlot = 0;
  for (const page of accounts.pages()) {
    for (const [number, { held }] of page.reservations) {
      const row = accounts.rowOf(firstSlot + number);
      yield {
        accountId: accounts.accountIdOf(firstSlot + number),
        currency: accounts.currencies.at(page.totals.bytes.getUint16(row + rowAt.currency, true)),
        reserved: held.reserved,
      };
    }
    firstSlot += accounts.slotsPerPage;
  }
}
