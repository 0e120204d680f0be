import { directions } from '@tollgate/balance';
import type { Direction, EntryKind } from '@tollgate/balance';

const directionNames = { inbound: 'Inbound', outbound: 'Outbound' } as const satisfies Record<Direction, string>;
const contraNames = {
  payment: 'Payments',
  usage: 'Usage',
  adjustment: 'Adjustments',
} as const satisfies Record<EntryKind, string>;

const entryKinds = ['payment', 'usage', 'adjustment'] as const satisfies readonly EntryKind[];

const escapes: Readonly<Record<string, string>> = { '-': '--', '.': '-d', _: '-u' };

/**
 * An account id as a part of a name that hledger and beancount both take; no two ids have the same. Names begin with a capital letter
 * and hold letters, digits and `-`, so `-` begins what stands for a character: `--` for `-`, `-d` for a point, `-u` for `_`.
 */
export const bookNameOf = (accountId: string): string =>
  `X${accountId.replace(/[-._]/g, (character) => escapes[character] ?? character)}`;

/** Holds the balance of a direction, with Tollgate's sign. */
export const balanceAccount = (accountId: string, direction: Direction): string =>
  `Assets:${bookNameOf(accountId)}:${directionNames[direction]}`;

/** Holds the other side: what came of one kind, with the other sign. */
export const contraAccount = (accountId: string, direction: Direction, of: EntryKind): string =>
  `Equity:${bookNameOf(accountId)}:${directionNames[direction]}:${contraNames[of]}`;

/** Every book account of an account. */
export const accountNamesOf = (accountId: string): string[] =>
  directions.flatMap((direction) => [
    balanceAccount(accountId, direction),
    ...entryKinds.map((of) => contraAccount(accountId, direction, of)),
  ]);
