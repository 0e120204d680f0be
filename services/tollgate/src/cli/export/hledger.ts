import { balanceAccount, contraAccount } from './book-accounts';
import { negated } from './booking';
import type { Booking } from './booking';

/** Otherwise `1.000` might be a thousand. */
export const hledgerHead = 'decimal-mark .\n';

/** A transaction on the UTC day it was recorded, since that day's book is closed by then and never changes. */
export const hledgerTransaction = ({ accountId, currency, of, effect, entry, event }: Booking): string => {
  const { kind, id, direction } = entry;
  return [
    '',
    // A `;` in an id would begin a comment.
    `${event.recordedAt.slice(0, 10)} ${kind} ${encodeURIComponent(id)}  ; event:${event.eventId}`,
    `    ${balanceAccount(accountId, direction)}  ${currency} ${effect}`,
    `    ${contraAccount(accountId, direction, of)}  ${currency} ${negated(effect)}`,
    '',
  ].join('\n');
};
