import { existsSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import {
  AheadOfLog,
  createSearch,
  faultOfAccount,
  faultsOf,
  openAccountTable,
  placesToRead,
} from '@tollgate/account-table';
import type { AccountTable, Fault, Partner, Suspect } from '@tollgate/account-table';
import type { LogEvent } from '@tollgate/contracts';
import { LogDamaged, foldBytes } from '@tollgate/event-store';
import type { Place, Position, RecordedEvent } from '@tollgate/event-store';
import type { FileLogReader, StoredGroup } from '@tollgate/event-store-file';
import { openFolderReadOnly } from '@tollgate/folder';
import { isHeaderRight } from './header-check';
import type { Checked } from './header-check';

export type Difference = { position: string; what: string };

export type Verification = {
  /** Of the last event looked at: the end of the log when it was opened. */
  position: string;
  events: number;
  accounts: number;
  /** What was kept of the account table, against the fold of the whole log. */
  snapshot: 'agrees' | 'differs' | 'ahead' | 'none' | 'unusable';
  differences: Difference[];
};

type Options = {
  reader: FileLogReader<LogEvent>;
  /** Where the account table keeps its snapshot. */
  accountTable: string;
  onProgress(place: Place): void;
};

/**
 * Reads every event of a log from its line, which is the truth: compares what stands in its header, folds it anew, looks for ids that
 * count twice, and compares what was kept of the account table. Throws what keeps it from reading on at all.
 */
export const verifyLog = async ({ reader, accountTable, onProgress }: Options): Promise<Verification> => {
  const differences: Difference[] = [];
  const differ: Differ = (at, what) => void differences.push({ position: String(at), what });
  const anew = openAccountTable();
  await anew.start({ ledger: reader.ledger, seed: reader.seed, last: reader.end });
  const kept = await openKept(accountTable, reader);
  if (kept.ahead !== undefined) differ(reader.end + 1, kept.ahead);
  const suspects = await foldAll(reader, { anew, kept: kept.usable, differ, onProgress });
  for (const { place, what } of await confirmed(reader, suspects)) differ(place, what);
  const isWhole = differences.length === 0;
  // Against a log that is not whole there is nothing to compare.
  if (kept.usable !== undefined && isWhole) compare(anew, kept.usable.table, (what) => differ(reader.end, what));
  await kept.usable?.table.close();
  const snapshot = isWhole && differences.length > 0 ? 'differs' : kept.verdict;
  return { position: String(anew.place()), events: anew.place(), accounts: countOf(anew), snapshot, differences };
};

type Differ = (at: Place | Position, what: string) => void;

type Folding = { anew: AccountTable; kept: Kept | undefined; differ: Differ; onProgress(place: Place): void };

/** Up to the end, or to the first event that is not what was written. */
const foldAll = async (
  reader: FileLogReader<LogEvent>,
  { anew, kept, differ, onProgress }: Folding,
): Promise<Suspect[]> => {
  const suspects: Suspect[] = [];
  try {
    for await (const group of reader.groups()) {
      for (const suspect of foldAnew(anew, group, differ)) suspects.push(suspect);
      if (kept !== undefined) foldOn(kept, group);
      onProgress(group.place(group.count - 1));
    }
  } catch (error) {
    if (!(error instanceof LogDamaged)) throw error;
    differ(error.position ?? anew.place() + 1, error.message);
  }
  return suspects;
};

type Kept = { table: AccountTable; from: Place };

/** The table as a start would take it up; none if nothing was kept, or nothing that a start would use. It is never written. */
const openKept = async (
  path: string,
  { ledger, seed, end }: FileLogReader<LogEvent>,
): Promise<{ usable?: Kept; ahead?: string; verdict: 'agrees' | 'ahead' | 'none' | 'unusable' }> => {
  if (!existsSync(path)) return { verdict: 'none' };
  const faults: string[] = [];
  const onWarning = (fault: string): void => void faults.push(fault);
  const table = openAccountTable({ folder: openFolderReadOnly(path), isReadOnly: true, onWarning });
  const from = await table.start({ ledger, seed, last: end }).catch((error: unknown) => {
    if (error instanceof AheadOfLog) return error;
    throw error;
  });
  if (from instanceof AheadOfLog) return { ahead: from.message, verdict: 'ahead' };
  if (faults.length > 0) return { verdict: 'unusable' };
  return from === 0 ? { verdict: 'none' } : { usable: { table, from }, verdict: 'agrees' };
};

/** What follows the snapshot, as a start folds it. */
const foldOn = ({ table, from }: Kept, group: StoredGroup<LogEvent>): void => {
  if (group.place(0) > from) table.add(group);
};

/** Folds a group from its lines, event by event. Returns the events whose ids may have counted before. */
const foldAnew = (table: AccountTable, group: StoredGroup<LogEvent>, differ: Differ): Suspect[] => {
  const findSuspects = createSearch(table);
  const suspects: Suspect[] = [];
  const bytes = new DataView(new ArrayBuffer(foldBytes));
  for (let index = 0; index < group.count; index += 1) {
    const event = group.event(index);
    const place = group.place(index);
    for (const suspect of findSuspects(event, place)) suspects.push(suspect);
    const isRight = used(event, () => addAnew(table, { group, index, event, bytes }));
    if (!isRight) differ(place, `the header says something else than its line, ${event.type} in ${event.stream}`);
    const fault = faultOfAccount(event, (accountId) => table.facts(accountId)?.currency);
    if (fault !== undefined) differ(place, fault);
  }
  return suspects;
};

/** Folds an event by its line; whether its header is right. */
const addAnew = (table: AccountTable, checked: Checked): boolean => {
  const isRight = isHeaderRight(table, checked);
  const { group, index, event, bytes } = checked;
  const [place, revision] = [() => group.place(index), () => group.revision(index)];
  table.add({ count: 1, place, revision, bytes, foldOffset: () => 0, event: () => event });
  return isRight;
};

/** An event that can be read and not be folded is damage, whatever the fold made of it. */
const used = ({ type, stream, position }: RecordedEvent<LogEvent>, fold: () => boolean): boolean => {
  try {
    return fold();
  } catch (error) {
    if (error instanceof LogDamaged) throw error;
    const why = error instanceof Error ? error.message : String(error);
    const what = `the event at position ${String(position)}, ${type} in ${stream}, is none of its type: ${why}`;
    throw new LogDamaged(what, { position, cause: error });
  }
};

/** What is wrong with the suspects once the earlier events are read. */
const confirmed = async (reader: FileLogReader<LogEvent>, suspects: readonly Suspect[]): Promise<Fault[]> => {
  if (suspects.length === 0) return [];
  const wanted = placesToRead(suspects);
  const found = new Map<Place, LogEvent>();
  for await (const group of reader.groups())
    for (let index = 0; index < group.count; index += 1)
      if (wanted.has(group.place(index))) found.set(group.place(index), group.event(index));
  return faultsOf(suspects, found);
};

const pageItems = 1_000;

/** Every account both ways, and the decisions that are not in the log yet. */
const compare = (anew: AccountTable, kept: AccountTable, differ: (what: string) => void): void => {
  for (const partner of partnersOf(anew)) {
    const { accountId } = partner.account;
    const other = kept.partner(accountId);
    if (other === undefined) differ(`account ${accountId} is missing from the account table`);
    else if (!isDeepStrictEqual(other, partner)) differ(`account ${accountId} stands otherwise in the account table`);
  }
  for (const { account } of partnersOf(kept))
    if (anew.partner(account.accountId) === undefined) differ(`account ${account.accountId} is not in the log`);
  if (!isDeepStrictEqual(anew.pending(), kept.pending())) differ('other decisions wait in the account table');
  const blocked = { limit: Number.MAX_SAFE_INTEGER };
  if (!isDeepStrictEqual(anew.blocked(blocked), kept.blocked(blocked)))
    differ('others are blocked in the account table');
};

function* pagesOf(table: AccountTable): Generator<readonly Partner[]> {
  for (let after: string | undefined; ;) {
    const { items, next } = table.partners({ limit: pageItems, ...(after !== undefined && { after }) });
    yield items;
    if (next === null) return;
    after = next;
  }
}

function* partnersOf(table: AccountTable): Generator<Partner> {
  for (const page of pagesOf(table)) yield* page;
}

const countOf = (table: AccountTable): number => {
  let count = 0;
  for (const { length } of pagesOf(table)) count += length;
  return count;
};
