import { countHeld, nothingHeld, reservationAfter, reservationIdOf } from '@tollgate/balance';
import type { AccountEvent, Reservation } from '@tollgate/balance';
import type { Cursor } from './cursor';
import { createDues } from './dues';
import type { Page } from './page';

/** A call for which something is held. */
type ReservationName = { slot: number; authorizationId: string };

/** What is held for calls, of every account: in the pages, and beside them what is due when. */
export type ReservationBook = {
  /** Takes in an event of the account under the cursor. Throws where it contradicts what is held. */
  change(at: Cursor, event: AccountEvent): void;
  /** Takes over what a page of a snapshot brought along; `firstSlot` is that of its first account. */
  restore(page: Page, firstSlot: number): void;
  /** Calls whose time was up at an instant, in ms since 1970: at most so many. */
  expired(nowMs: number, most: number): ReservationName[];
  /** Calls that have ended and wait for their usage, those that have waited longest first. */
  unsettled(): Iterable<ReservationName & { endedAt: string }>;
  /** How many calls have not ended, and how many of those that have wait for their usage. */
  counts(): { live: number; unsettled: number };
};

export const createReservationBook = (): ReservationBook => {
  const dues = createDues();
  let unsettled = new Map<string, ReservationName & { endedAt: string }>();
  let isSorted = true;

  const forget = (slot: number, { authorizationId, expiresAt }: Reservation): void => {
    if (expiresAt === undefined) unsettled.delete(keyOf(slot, authorizationId));
    else dues.remove(keyOf(slot, authorizationId), Date.parse(expiresAt));
  };
  const note = (slot: number, { authorizationId, expiresAt, endedAt }: Reservation): void => {
    const key = keyOf(slot, authorizationId);
    if (expiresAt !== undefined) dues.add(key, Date.parse(expiresAt));
    else if (endedAt !== undefined) unsettled.set(key, { slot, authorizationId, endedAt });
  };
  const sort = (): void => {
    if (isSorted) return;
    unsettled = new Map([...unsettled].sort(([, one], [, other]) => (one.endedAt < other.endedAt ? -1 : 1)));
    isSorted = true;
  };

  return {
    change: ({ page, number, slot }, event) => {
      const id = reservationIdOf(event);
      if (id === undefined) throw new Error(`${event.type} is about no call`);
      const of = page.reservations.get(number) ?? { calls: new Map<string, Reservation>(), held: nothingHeld() };
      const before = of.calls.get(id);
      const after = reservationAfter(before, event);
      countHeld(of.held, before, after);
      if (before !== undefined) forget(slot, before);
      if (after === undefined) of.calls.delete(id);
      else {
        of.calls.set(id, after);
        note(slot, after);
      }
      if (of.calls.size === 0) page.reservations.delete(number);
      else page.reservations.set(number, of);
    },
    restore: ({ reservations }, firstSlot) => {
      for (const [number, { calls }] of reservations)
        for (const reservation of calls.values()) note(firstSlot + number, reservation);
      isSorted = false;
    },
    expired: (nowMs, most) => dues.upTo(nowMs, most).map(nameOf),
    unsettled: () => {
      sort();
      return unsettled.values();
    },
    counts: () => ({ live: dues.count(), unsettled: unsettled.size }),
  };
};

/** No id has a space in it. */
const keyOf = (slot: number, authorizationId: string): string => `${String(slot)} ${authorizationId}`;
const nameOf = (key: string): ReservationName => {
  const space = key.indexOf(' ');
  return { slot: Number(key.slice(0, space)), authorizationId: key.slice(space + 1) };
};
