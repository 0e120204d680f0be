import { countHeld, cutoffOf, nothingHeld, ruleOf, settingOf } from '@tollgate/balance';
import type { CutoffSetting, Reservation } from '@tollgate/balance';
import type { Place } from '@tollgate/event-store';
import type { Accounts } from './accounts';
import type { Interned } from './interned';
import { createPage } from './page';
import type { Page } from './page';
import { rowAt, rowBytes, trafficBytes } from './row';
import type { AccountReservations } from './account-reservations';
import type { Acknowledged } from './acknowledged';
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
  reservations: [number: number, calls: StoredReservation[]][];
  acknowledgements: [number: number, told: Acknowledged[]][];
};

/** Amounts as whole numbers: what was charged is a sum, and may be larger than any amount that is written. */
type StoredReservation = Omit<Reservation, 'reserved' | 'charged'> & { reserved: string; charged: string };

export const storePage = ({ rules, currencies }: Accounts, page: Page): { json: StoredPage; bytes: Uint8Array[] } => {
  const { totals, traffic, accountIds, names, marks, cutoffMarks, pending, reservations, acknowledgements } = page;
  const json: StoredPage = {
    kind: 'page',
    accountIds,
    names: names.map((name) => name ?? null),
    rules: [...usesOf(page, ruleIn).keys()].map((number) => [number, settingOf(rules.at(number).cutoff)]),
    currencies: [...usesOf(page, currencyIn).keys()].map((number) => [number, currencies.at(number)]),
    tops: [...totals.tops],
    marks: marks.all(),
    cutoffMarks: cutoffMarks.all(),
    pending: [...pending],
    reservations: [...reservations].map(([number, { calls }]) => [number, [...calls.values()].map(storeReservation)]),
    acknowledgements: [...acknowledgements],
  };
  const { length } = accountIds;
  return { json, bytes: [bytesOf(totals.bytes, length * rowBytes), bytesOf(traffic, length * trafficBytes)] };
};

const bytesOf = (view: DataView, length: number): Uint8Array => new Uint8Array(view.buffer, view.byteOffset, length);

/** Adds the accounts of a stored page, in their slots. */
export const restorePage = (accounts: Accounts, stored: StoredPage, bytes: Uint8Array): Page => {
  const page = createPage(accounts.slotsPerPage);
  const rows = page.totals.bytes;
  const rowsEnd = stored.accountIds.length * rowBytes;
  bytesOf(rows, rowsEnd).set(bytes.subarray(0, rowsEnd));
  bytesOf(page.traffic, bytes.length - rowsEnd).set(bytes.subarray(rowsEnd));
  page.accountIds.push(...stored.accountIds);
  page.names.push(...stored.names.map((name) => name ?? undefined));
  for (const [sum, top] of stored.tops) page.totals.tops.set(sum, top);
  for (const [number, places] of stored.marks) for (const place of places) page.marks.add(number, place);
  for (const [number, places] of stored.cutoffMarks) for (const place of places) page.cutoffMarks.add(number, place);
  for (const [number, decisions] of stored.pending) page.pending.set(number, decisions);
  for (const [number, calls] of stored.reservations) page.reservations.set(number, restoreReservations(calls));
  for (const [number, told] of stored.acknowledgements) page.acknowledgements.set(number, told);
  const rules = stored.rules.map(([number, setting]) => [number, ruleOf(cutoffOf(setting))] as const);
  const ruleNumbers = takeAll(accounts.rules, rules, usesOf(page, ruleIn));
  const currencyNumbers = takeAll(accounts.currencies, stored.currencies, usesOf(page, currencyIn));
  for (let row = 0; row < rowsEnd; row += rowBytes) {
    rows.setUint32(row + rowAt.rule, known(ruleNumbers, ruleIn(rows, row)), true);
    rows.setUint16(row + rowAt.currency, known(currencyNumbers, currencyIn(rows, row)), true);
  }
  accounts.restore(page);
  return page;
};

const storeReservation = ({ reserved, charged, ...rest }: Reservation): StoredReservation => ({
  ...rest,
  reserved: reserved.toString(),
  charged: charged.toString(),
});

const restoreReservations = (stored: readonly StoredReservation[]): AccountReservations => {
  const calls = new Map<string, Reservation>();
  const held = nothingHeld();
  for (const { reserved, charged, ...rest } of stored) {
    const reservation = { ...rest, reserved: BigInt(reserved), charged: BigInt(charged) };
    calls.set(rest.authorizationId, reservation);
    countHeld(held, undefined, reservation);
  }
  return { calls, held };
};

const ruleIn = (rows: DataView, row: number): number => rows.getUint32(row + rowAt.rule, true);
const currencyIn = (rows: DataView, row: number): number => rows.getUint16(row + rowAt.currency, true);

/** How many accounts of a page have each number. */
const usesOf = (
  { totals, accountIds }: Page,
  numberIn: (rows: DataView, row: number) => number,
): Map<number, number> => {
  const uses = new Map<number, number>();
  for (let row = 0; row < accountIds.length * rowBytes; row += rowBytes) {
    const number = numberIn(totals.bytes, row);
    uses.set(number, (uses.get(number) ?? 0) + 1);
  }
  return uses;
};

/** The numbers that values have now, by those they had when they were stored. */
const takeAll = <Value>(
  interned: Interned<Value>,
  values: readonly (readonly [number, Value])[],
  uses: ReadonlyMap<number, number>,
): Map<number, number> => new Map(values.map(([number, value]) => [number, interned.take(value, known(uses, number))]));

const known = (numbers: ReadonlyMap<number, number>, number: number): number => {
  const found = numbers.get(number);
  if (found === undefined) throw new Error(`a page of a snapshot does not say what ${String(number)} stands for`);
  return found;
};
