import { accountNamesOf, balanceAccount, contraAccount } from './book-accounts';
import { negated } from './booking';
import type { Booking } from './booking';

/** Before any clock: a transaction may not come before its accounts are opened. */
const openedOn = '1970-01-01';

/** Opens the book accounts of an account. */
export const beancountOpening = ({ accountId, currency }: { accountId: string; currency: string }): string =>
  accountNamesOf(accountId)
    .map((name) => `${openedOn} open ${name} ${currency}\n`)
    .join('');

/** A transaction on the UTC day it was recorded. */
export const beancountTransaction = ({ accountId, currency, of, effect, entry, event }: Booking): string => {
  const { kind, id, direction } = entry;
  return [
    '',
    `${event.recordedAt.slice(0, 10)} * ${quoted(kind)} ${quoted(id)}`,
    `  event: ${quoted(event.eventId)}`,
    `  ${balanceAccount(accountId, direction)}  ${effect} ${currency}`,
    `  ${contraAccount(accountId, direction, of)}  ${negated(effect)} ${currency}`,
    '',
  ].join('\n');
};

/** Ids are printable ASCII, of which beancount reads these two otherwise. */
const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
