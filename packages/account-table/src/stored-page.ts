import { cutoffOf, ruleOf, settingOf } from '@tollgate/balance';
import type { CutoffSetting, Rule } from '@tollgate/balance';
import type { Place } from '@tollgate/event-store';
import type { Accounts } from './accounts';
import { createPage } from './page';
import type { Page } from './page';
import { rowAt, rowBytes } from './row';
import type { PendingDecision } from './table';

/**
 * A page as a snapshot keeps it: rows as they are in memory, and whatever they refer to, so that a page is whole without the others,
 * which are written at other moments.
 */
export type StoredPage = {
  kind: 'page';
  accountIds: string[];
  /** Null for each account without one. */
  names: (string | null)[];
  /** By the number that rows have for them. */
  rules: [number: number, rule: CutoffSetting][];
  currencies: [number: number, currency: string][];
  tops: [sum: number, top: number][];
  marks: [number: number, places: Place[]][];
  cutoffMarks: [number: number, places: Place[]][];
  pending: [number: number, decisions: PendingDecision[]][];
};

export const storePage = ({ rules, currencies }: Accounts, page: Page): { json: StoredPage; bytes: Uint8Array } => {
  const { totals, accountIds, names, marks, cutoffMarks, pending } = page;
  const json: StoredPage = {
    kind: 'page',
    accountIds,
    names: names.map((name) => name ?? null),
    rules: [...numbersIn(page, ruleIn)].map((number) => [number, settingOf(rules.at(number).cutoff)]),
    currencies: [...numbersIn(page, currencyIn)].map((number) => [number, currencies.at(number)]),
    tops: [...totals.tops],
    marks: [...marks],
    cutoffMarks: [...cutoffMarks],
    pending: [...pending],
  };
  return { json, bytes: new Uint8Array(totals.bytes.buffer, 0, accountIds.length * rowBytes) };
};

/** Adds the accounts of a stored page, in their slots. */
export const restorePage = (accounts: Accounts, stored: StoredPage, bytes: Uint8Array): Page => {
  const page = createPage(accounts.slotsPerPage);
  const rows = page.totals.bytes;
  new Uint8Array(rows.buffer).set(bytes);
  page.accountIds.push(...stored.accountIds);
  page.names.push(...stored.names.map((name) => name ?? undefined));
  for (const [sum, top] of stored.tops) page.totals.tops.set(sum, top);
  for (const [number, places] of stored.marks) page.marks.set(number, places);
  for (const [number, places] of stored.cutoffMarks) page.cutoffMarks.set(number, places);
  for (const [number, decisions] of stored.pending) page.pending.set(number, decisions);
  const rules = new Map(stored.rules.map(([number, setting]) => [number, ruleOf(cutoffOf(setting))]));
  const currencies = new Map(stored.currencies);
  for (let row = 0; row < bytes.length; row += rowBytes) {
    rows.setUint32(row + rowAt.rule, accounts.rules.take(known<Rule>(rules, ruleIn(rows, row))), true);
    rows.setUint16(row + rowAt.currency, accounts.currencies.take(known(currencies, currencyIn(rows, row))), true);
  }
  accounts.restore(page);
  return page;
};

const ruleIn = (rows: DataView, row: number): number => rows.getUint32(row + rowAt.rule, true);
const currencyIn = (rows: DataView, row: number): number => rows.getUint16(row + rowAt.currency, true);

const numbersIn = ({ totals, accountIds }: Page, numberIn: (rows: DataView, row: number) => number): Set<number> => {
  const numbers = new Set<number>();
  for (let row = 0; row < accountIds.length * rowBytes; row += rowBytes) numbers.add(numberIn(totals.bytes, row));
  return numbers;
};

const known = <Value>(values: ReadonlyMap<number, Value>, number: number): Value => {
  const value = values.get(number);
  if (value === undefined) throw new Error(`a row of a snapshot refers to ${String(number)}, which is not in its page`);
  return value;
};
