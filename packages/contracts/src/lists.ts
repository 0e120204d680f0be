import { z } from 'zod';
import { reservationView } from './authorizations';
import { statementView } from './statements';
import { accountView, blockedView, historyItem } from './answers';

/** A page: `next` is the `after` of the following one, null on the last. */
const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({
    items: z.array(item),
    next: z.string().nullable().meta({ description: 'The after of the following page; null on the last.' }),
  });

export const accountList = pageOf(accountView).meta({ id: 'AccountList' });
export const blockedList = pageOf(blockedView).meta({ id: 'BlockedTrafficList' });
export const historyList = pageOf(historyItem).meta({ id: 'HistoryList' });
export const reservationList = pageOf(reservationView).meta({ id: 'ReservationList' });
export const statementList = pageOf(statementView).meta({ id: 'ClosedStatementList' });
