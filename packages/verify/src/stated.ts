import { Unusable } from './checkpoint';
import { isFields } from './event';
import type { AccountBalances } from './fold';
import { amountIn, balanceNames } from './rule';
import type { Balance } from './rule';

/** What somebody says a balance is. */
export type Stated = { accountId: string; balance: Balance; amount: string };

/** Lines `ACCOUNT DIRECTION BALANCE`, or JSON: balances by name, by account. Throws `Unusable`. */
export const readStated = (text: string): Stated[] => {
  const stated = text.trimStart().startsWith('{') ? inObject(text) : inLines(text);
  if (stated.length === 0) throw new Unusable('no balance is stated in it');
  return stated.map(([accountId = '', name, amount]) => {
    const balance = balanceNames.find((known) => known === name);
    if (balance === undefined || typeof amount !== 'string' || amountIn(amount) === undefined)
      throw new Unusable(
        `${String(accountId)} ${String(name)} ${String(amount)}: ACCOUNT inbound|outbound|mutual BALANCE is expected`,
      );
    return { accountId: String(accountId), balance, amount };
  });
};

const inLines = (text: string): unknown[][] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.trim().split(/\s+/))
    .map((words) => (words.length === 3 ? words : [words.join(' ')]));

const inObject = (text: string): unknown[][] => {
  const value = parsed(text);
  return Object.entries(value).flatMap(([accountId, balances]) =>
    isFields(balances)
      ? Object.entries(balances).map(([name, amount]) => [accountId, name, amount])
      : [[accountId, balances]],
  );
};

const parsed = (text: string): object => {
  try {
    return JSON.parse(text) as object;
  } catch {
    throw new Unusable('it is no JSON');
  }
};

/** Where what is stated is not what the events say. */
export const statedFaults = (stated: readonly Stated[], accounts: Iterable<AccountBalances>): string[] => {
  const byId = new Map([...accounts].map(({ accountId, balances }) => [accountId, balances]));
  return stated.flatMap(({ accountId, balance, amount }) => {
    const own = byId.get(accountId)?.[balance];
    if (own === undefined)
      return [`it states ${accountId} ${balance} ${amount}, and the export has no account ${accountId}`];
    return amountIn(amount)?.eq(own) === true
      ? []
      : [`it states ${accountId} ${balance} ${amount}, and by the events it is ${own}`];
  });
};
