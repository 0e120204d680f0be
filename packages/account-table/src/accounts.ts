import { callsKey } from '@tollgate/balance';
import type { Rule } from '@tollgate/balance';
import { createAccountIndex } from './account-index';
import { createInterned } from './interned';
import type { Interned } from './interned';
import { createPage } from './page';
import type { Page } from './page';
import { rowAt, rowBytes } from './row';

/** Every account that is open, by its slot: its number in the order of opening in the log. */
export type Accounts = {
  readonly rules: Interned<Rule>;
  readonly currencies: Interned<string>;
  readonly slotsPerPage: number;
  count(): number;
  pages(): readonly Page[];
  slotOf(accountId: string): number | undefined;
  pageOf(slot: number): Page;
  /** Number of a slot in its page, and where its row begins there. */
  numberOf(slot: number): number;
  rowOf(slot: number): number;
  accountIdOf(slot: number): string;
  /** Gives an account the next slot, its row empty but for rule and currency. */
  open(opening: { accountId: string; name?: string | undefined; currency: string; rule: Rule }): number;
  /** Takes over a page as a snapshot has it; pages come in their order. */
  restore(page: Page): void;
};

/** Small enough for a page to be copied between two events. */
export const defaultSlotsPerPage = 4_096;

/** `slotsPerPage` is a power of two. */
export const createAccounts = (slotsPerPage: number): Accounts => {
  const shift = 31 - Math.clz32(slotsPerPage);
  const mask = slotsPerPage - 1;
  const pages: Page[] = [];
  const index = createAccountIndex();
  const rules = createInterned<Rule>(ruleKey);
  const currencies = createInterned<string>((currency) => currency);

  const pageOf = (slot: number): Page => {
    const page = pages[slot >>> shift];
    if (page === undefined) throw new Error(`there is no account in slot ${String(slot)}`);
    return page;
  };
  const accountIdOf = (slot: number): string => {
    const accountId = pageOf(slot).accountIds[slot & mask];
    if (accountId === undefined) throw new Error(`there is no account in slot ${String(slot)}`);
    return accountId;
  };
  return {
    rules,
    currencies,
    slotsPerPage,
    count: () => index.count,
    pages: () => pages,
    slotOf: index.slotOf,
    pageOf,
    numberOf: (slot) => slot & mask,
    rowOf: (slot) => (slot & mask) * rowBytes,
    accountIdOf,
    open: ({ accountId, name, currency, rule }) => {
      const slot = index.count;
      if ((slot & mask) === 0) pages.push(createPage(slotsPerPage));
      const { totals, accountIds, names } = pageOf(slot);
      accountIds.push(accountId);
      names.push(name);
      index.put(accountId, slot);
      const row = (slot & mask) * rowBytes;
      totals.bytes.setUint32(row + rowAt.rule, rules.take(rule), true);
      totals.bytes.setUint16(row + rowAt.currency, currencies.take(currency), true);
      return slot;
    },
    restore: (page) => {
      pages.push(page);
      for (const accountId of page.accountIds) index.put(accountId, index.count);
    },
  };
};

const ruleKey = ({ cutting, isNetCredit, cutoff }: Rule): string => {
  const { inbound, outbound, mutual } = cutoff.creditLimits;
  return [cutting, isNetCredit, inbound, outbound, mutual, callsKey(cutoff)].join(' ');
};
