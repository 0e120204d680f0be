import { noStream } from '@tollgate/event-store';
import type { Place, StreamHead } from '@tollgate/event-store';
import type { Folder } from '@tollgate/folder';
import { createAccountStreams } from './account-streams';
import { defaultSlotsPerPage } from './accounts';
import { addIds } from './add-ids';
import { createDescriber } from './describe';
import type { Describer } from './describe';
import { foldEvent } from './fold';
import { createFingerprints, openIdIndex } from './ids';
import type { Fingerprints, IdIndex, IdIndexOptions } from './ids';
import { nearest } from './marks';
import { restoreSnapshot } from './snapshot';
import { createSnapshots } from './snapshots';
import { createState, settleLists } from './state';
import type { AccountTable } from './table';
import { createViews } from './views';
import { createWaiting } from './waiting';

export type AccountTableOptions = {
  /** Absent: in memory only, folded anew from the log at each start. */
  folder?: Folder | undefined;
  /** Told of what was lost or cannot be written; it is made anew. */
  onWarning?: (message: string, facts: object) => void;
  /** A power of two. */
  slotsPerPage?: number;
  /** With so many events folded since the last, a snapshot is written. */
  snapshotEvents?: number;
  /** How ids are kept. */
  ids?: Pick<IdIndexOptions, 'tableIds' | 'merge'>;
};

type Started = { ids: IdIndex; fingerprints: Fingerprints; describer: Describer };

/** The account table of one log. It is derived: what it has not kept is folded again. */
export const openAccountTable = (options: AccountTableOptions = {}): AccountTable => {
  const { folder, onWarning = () => undefined, slotsPerPage = defaultSlotsPerPage } = options;
  const state = createState(slotsPerPage);
  const { accounts, others, pending, accountKeys, blockedKeys } = state;
  const streams = createAccountStreams(accounts);
  const snapshots = createSnapshots({ folder, state, onWarning, snapshotEvents: options.snapshotEvents });
  const waiting = createWaiting();
  const listeners: (() => void)[] = [];
  let started: Started | undefined;
  let idsThrough: Place = 0;

  const running = (): Started => {
    if (started === undefined) throw new Error('the account table was not told which log it is of');
    return started;
  };
  const place = (): Place => Math.min(state.place, idsThrough);
  const noteCaughtUp = (): void => {
    if (place() < state.catchUpTo) return;
    state.catchUpTo = 0;
    pending.sort();
    accountKeys.settle();
    blockedKeys.settle();
  };
  const stand = (stream: string): StreamHead | undefined => {
    const slot = streams.slotIn(stream);
    if (slot !== undefined) return streams.head(stream, slot);
    const other = others.named(stream);
    return other && { revision: other.revision, place: other.place };
  };

  return {
    ...createViews(state),
    start: async (log) => {
      if (folder !== undefined) await restoreSnapshot(state, { ...log, folder, onWarning });
      const fingerprints = createFingerprints(log.seed);
      const warn = (message: string): void => onWarning(message, {});
      const ids = await openIdIndex({ ...log, ...options.ids, ...(folder && { folder }), onWarning: warn });
      started = { ids, fingerprints, describer: createDescriber({ accounts, streams, others, fingerprints }) };
      idsThrough = ids.covered();
      state.catchUpTo = log.last;
      snapshots.start(log.ledger);
      noteCaughtUp();
      return place();
    },
    head: stand,
    near: (stream, revision) => {
      const slot = streams.slotIn(stream);
      if (slot !== undefined) return streams.near(stream, slot, revision);
      const other = others.named(stream);
      return other && nearest(other.marks, other, revision);
    },
    describe: (event, at, header) => {
      running().describer.describe(event, at, header);
    },
    discard: () => {
      running().describer.discard();
    },
    add: (group) => {
      const { ids, describer } = running();
      if (group.count === 0) return;
      const through = group.place(group.count - 1);
      state.isFolding = true;
      for (let index = 0; index < group.count; index += 1) {
        const at = group.place(index);
        if (at > state.place) foldEvent(state, group, index);
        if (at > idsThrough) addIds(running(), group, index);
      }
      state.place = Math.max(state.place, through);
      idsThrough = Math.max(idsThrough, through);
      ids.through(idsThrough);
      describer.discard();
      state.isFolding = false;
      if (state.catchUpTo > 0) noteCaughtUp();
      settleLists(state);
      snapshots.folded(group.count);
      waiting.look();
      for (const listener of listeners) listener();
    },
    place,
    revisionOf: (stream) => stand(stream)?.revision ?? noStream,
    placesOf: ({ kind, owner, id }) => {
      const { ids, fingerprints } = running();
      fingerprints.of(kind, owner, id);
      return ids.places(fingerprints.high, fingerprints.low);
    },
    pending: pending.all,
    reached: (wanted, timeoutMs) => waiting.until(() => place() >= wanted, timeoutMs),
    settled: (wanted, timeoutMs) => waiting.until(() => place() >= wanted && pending.oldest() > wanted, timeoutMs),
    onAdded: (listener) => {
      listeners.push(listener);
    },
    close: async () => {
      await snapshots.close();
      await started?.ids.close();
    },
  };
};
