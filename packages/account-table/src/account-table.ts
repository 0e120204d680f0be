import { noStream } from '@tollgate/event-store';
import type { Folder } from '@tollgate/folder';
import { defaultSlotsPerPage } from './accounts';
import { createDescriber } from './describe';
import type { Describer } from './describe';
import { addGroup, endCatchUp, noteCaughtUp } from './add-group';
import { createReservationViews } from './reservation-views';
import { createFingerprints, openIdIndex } from './ids';
import type { Fingerprints, IdIndex, IdIndexOptions } from './ids';
import { restoreSnapshot } from './snapshot';
import { createSnapshots } from './snapshots';
import { createState, placeOf } from './state';
import { createStreams } from './streams';
import type { AccountTable } from './table';
import { createViews } from './views';
import { createWaiting } from './waiting';

export type AccountTableOptions = {
  /** Absent: in memory only, folded anew from the log at each start. */
  folder?: Folder | undefined;
  /** Told of what was lost or cannot be written; it is made anew. */
  onWarning?: (message: string, facts: object) => void;
  /** Takes over what is in the folder and never writes there; ids are then not kept. */
  isReadOnly?: boolean;
  /** Switches that must say that they have applied each command. */
  switches?: readonly string[] | undefined;
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
  const written = options.isReadOnly === true ? undefined : folder;
  const state = createState(slotsPerPage, options.switches ?? []);
  const streams = createStreams(state.accounts, state.others);
  const snapshots = createSnapshots({ folder: written, state, onWarning, snapshotEvents: options.snapshotEvents });
  const waiting = createWaiting();
  const listeners: (() => void)[] = [];
  let started: Started | undefined;

  const running = (): Started => {
    if (started === undefined) throw new Error('the account table was not told which log it is of');
    return started;
  };

  return {
    ...createViews(state),
    ...createReservationViews(state),
    head: streams.head,
    near: streams.near,
    revisionOf: (stream) => streams.head(stream)?.revision ?? noStream,
    otherStreams: (prefix) =>
      state.others.all().flatMap(({ name, revision }) => (name.startsWith(prefix) ? [{ stream: name, revision }] : [])),
    pending: state.pending.all,
    place: () => placeOf(state),
    position: () => (placeOf(state) === 0 ? undefined : BigInt(placeOf(state))),
    caughtUp: () => endCatchUp(state),
    start: async (log) => {
      if (folder !== undefined) await restoreSnapshot(state, { ...log, folder, onWarning });
      const fingerprints = createFingerprints(log.seed);
      const warn = (message: string): void => onWarning(message, {});
      const ids = await openIdIndex({ ...log, ...options.ids, ...(written && { folder: written }), onWarning: warn });
      started = { ids, fingerprints, describer: createDescriber({ ...state, streams, fingerprints }) };
      state.idsThrough = options.isReadOnly === true ? Infinity : ids.covered();
      state.catchUpTo = log.last;
      snapshots.start(log.ledger);
      noteCaughtUp(state);
      return placeOf(state);
    },
    describe: (event, at, header) => {
      running().describer.describe(event, at, header);
    },
    discard: () => {
      running().describer.discard();
    },
    add: (group) => {
      addGroup(state, running(), group);
      running().describer.discard();
      snapshots.folded(group.count);
      waiting.look();
      for (const listener of listeners) listener();
    },
    placesOf: ({ kind, owner, id }) => {
      const { ids, fingerprints } = running();
      fingerprints.of(kind, owner, id);
      return ids.places(fingerprints.high, fingerprints.low);
    },
    reached: (place, timeoutMs) => waiting.until(() => placeOf(state) >= place, timeoutMs),
    settled: (place, timeoutMs) =>
      waiting.until(() => placeOf(state) >= place && state.pending.oldest() > place, timeoutMs),
    onAdded: (listener) => {
      listeners.push(listener);
    },
    close: async () => {
      await snapshots.close();
      await started?.ids.close();
    },
  };
};
