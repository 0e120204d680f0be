import type { Place } from '@tollgate/event-store';
import type { Folder, FolderFile } from '@tollgate/folder';
import type { OtherStream } from './other-streams';
import { requireRoom } from './require-room';
import { SnapshotDamaged, encodePart, readParts } from './snapshot-parts';
import type { SortedKeys } from './sorted-keys';
import type { State } from './state';
import { restorePage, storePage } from './stored-page';
import type { StoredPage } from './stored-page';

/** Raised whenever the fold, or how it is stored, gives something else than before; an older snapshot is then made anew. */
const foldVersion = 4;

/**
 * How a snapshot begins. It is written in slices while events go on: everything up to `place` is in it, and each row, and each
 * stream, may be ahead of that by what its own revision says.
 */
type Head = {
  kind: 'head';
  format: 'tollgate-account-table';
  version: number;
  ledger: string;
  place: Place;
  slotsPerPage: number;
};

type Written = { json: Json; bytes: readonly Uint8Array[] };

type Streams = { kind: 'streams'; streams: OtherStream[] };
type Order = { kind: 'accounts' | 'blocked' };
/** Nothing in the snapshot is ahead of `through`. */
type End = { kind: 'end'; through: Place; accounts: number };
type Json = Head | StoredPage | Streams | Order | End;

const name = 'snapshot';
const nameInTheMaking = 'snapshot.new';

/** Writes a snapshot, a page at a time; others go on between the slices. Resolves with its place once it is durable. */
export const writeSnapshot = async (folder: Folder, ledger: string, state: State): Promise<Place> => {
  const { place } = state;
  requireRoom(folder, state.accounts.count() * bytesAnAccount);
  try {
    const file = await folder.open(nameInTheMaking, { isNew: true });
    try {
      await writeParts(file, wholeParts(state, partsOf(ledger, state)));
    } finally {
      file.close();
    }
    await folder.rename(nameInTheMaking, name);
  } catch (error) {
    // What is half written would keep the log from the room it takes.
    await folder.remove(nameInTheMaking).catch(() => undefined);
    throw error;
  }
  return place;
};

/** A generous guess. */
const bytesAnAccount = 300;

const writeParts = async (file: FolderFile, parts: Iterable<Written>): Promise<void> => {
  let position = 0;
  for (const part of parts) {
    const bytes = encodePart(part.json, part.bytes);
    await file.write(bytes, position);
    position += bytes.length;
  }
};

/** Between two parts the state may have been spoiled. */
function* wholeParts(state: State, parts: Iterable<Written>): Generator<Written> {
  for (const part of parts) {
    if (state.isFolding) throw new Error('a group of the log could not be folded');
    yield part;
  }
}

/** Each part is what is so at the moment when it is asked for. */
function* partsOf(ledger: string, state: State): Generator<Written> {
  const { accounts, others, place } = state;
  const { slotsPerPage } = accounts;
  const pages = accounts.pages().length;
  const head: Head = {
    kind: 'head',
    format: 'tollgate-account-table',
    version: foldVersion,
    ledger,
    place,
    slotsPerPage,
  };
  yield { json: head, bytes: [] };
  // Pages that are begun from now on hold accounts opened after `place` only: the log has them.
  let count = 0;
  for (const page of accounts.pages().slice(0, pages)) {
    yield storePage(accounts, page);
    count += page.accountIds.length;
  }
  yield { json: { kind: 'streams', streams: [...others.all()] }, bytes: [] };
  yield { json: { kind: 'accounts' }, bytes: [bytesOf(state.accountKeys.order())] };
  yield { json: { kind: 'blocked' }, bytes: [bytesOf(state.blockedKeys.order())] };
  yield { json: { kind: 'end', through: state.place, accounts: count }, bytes: [] };
}

const bytesOf = (numbers: Uint32Array): Uint8Array =>
  new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);

export type Restoring = {
  folder: Folder;
  ledger: string;
  last: Place;
  onWarning: (message: string, facts: object) => void;
};

/**
 * Takes over the snapshot of this log, if there is one, into a state that is empty. One that is damaged, older than the fold or of
 * another log is made anew, with a warning. Throws if it holds more than the log does.
 */
export const restoreSnapshot = async (state: State, { folder, ledger, last, onWarning }: Restoring): Promise<void> => {
  if (!folder.names().includes(name)) return;
  const file = await folder.open(name, { isReadOnly: true });
  try {
    const end = check(file, ledger, state.accounts.slotsPerPage);
    if (end.through > last) throw new AheadOfLog(end.through, last);
    for (const part of readParts(file)) takeOver(state, part.json as Json, part.bytes);
  } catch (error) {
    if (!(error instanceof SnapshotDamaged)) throw error;
    onWarning('the snapshot of the account table is of no use and is made anew from the log', {
      reason: error.message,
    });
  } finally {
    file.close();
  }
};

/** Derived state of a log that is not there any more. */
export class AheadOfLog extends Error {
  override readonly name = 'AheadOfLog';
  readonly retriable = false;

  constructor(through: Place, last: Place) {
    super(
      `the account table is at position ${String(through)}, ahead of the log at ${String(last)}: the log was replaced by an older copy; delete the folder account-table, which is derived from it, and start again`,
    );
  }
}

/** Reads all of it before any of it is taken over. */
const check = (file: FolderFile, ledger: string, slotsPerPage: number): End => {
  let last: Json | undefined;
  for (const { json } of readParts(file)) {
    if (last === undefined) checkHead(json, ledger, slotsPerPage);
    last = json as Json;
  }
  if (last?.kind !== 'end') throw new SnapshotDamaged('it has no end');
  return last;
};

const checkHead = (head: Partial<Head>, ledger: string, slotsPerPage: number): void => {
  if (head.kind !== 'head' || head.format !== 'tollgate-account-table') throw new SnapshotDamaged('it is none');
  if (head.version !== foldVersion || head.slotsPerPage !== slotsPerPage)
    throw new SnapshotDamaged('another version of Tollgate wrote it');
  if (head.ledger !== ledger) throw new SnapshotDamaged('it is of another log');
};

const takeOver = (state: State, json: Json, bytes: Uint8Array): void => {
  const { accounts, others, pending } = state;
  switch (json.kind) {
    case 'head':
      state.place = json.place;
      return;
    case 'page':
      {
        const firstSlot = accounts.count();
        const page = restorePage(accounts, json, bytes);
        pending.restore(page);
        state.reservations.restore(page, firstSlot);
        state.acknowledgements.restore(page, firstSlot);
      }
      return;
    case 'streams':
      for (const stream of json.streams) others.add(stream);
      return;
    case 'accounts':
      restoreOrder(state.accountKeys, numbersOf(bytes), accounts.count());
      return;
    case 'blocked':
      restoreOrder(state.blockedKeys, numbersOf(bytes), accounts.count() * 2);
      return;
    case 'end':
      state.aheadThrough = json.through;
  }
};

const numbersOf = (bytes: Uint8Array): Uint32Array => new Uint32Array(Uint8Array.from(bytes).buffer);

/** Lists were written later than most rows: numbers without a row are left out, and those the list lacks find their place. */
const restoreOrder = (keys: SortedKeys, order: Uint32Array, count: number): void => {
  const known = order.filter((number) => number < count);
  keys.restore(known);
  const isKnown = new Uint8Array(count);
  for (const number of known) isKnown[number] = 1;
  for (let number = 0; number < count; number += 1) if (isKnown[number] === 0) keys.touch(number);
};
