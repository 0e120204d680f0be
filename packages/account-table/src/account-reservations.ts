import type { Held, Reservation } from '@tollgate/balance';

/** What is held for the calls of one account. */
export type AccountReservations = { readonly calls: Map<string, Reservation>; readonly held: Held };
