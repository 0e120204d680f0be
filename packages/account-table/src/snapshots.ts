import type { Folder } from '@tollgate/folder';
import { writeSnapshot } from './snapshot';
import type { State } from './state';

/** When snapshots are written: away from the hot path, one at a time. */
export type Snapshots = {
  start(ledger: string): void;
  /** A group of so many events was folded. */
  folded(events: number): void;
  /** Waits for the one under way, and writes a last one if it saves time. */
  close(): Promise<void>;
};

type Parts = {
  folder: Folder | undefined;
  state: State;
  onWarning: (message: string, facts: object) => void;
  snapshotEvents?: number | undefined;
};

const defaultEvents = 1_000_000;
/** Folding so many again is done in less time than writing a snapshot at each end. */
const fewEvents = 10_000;

export const createSnapshots = ({ folder, state, onWarning, snapshotEvents = defaultEvents }: Parts): Snapshots => {
  let ledger: string | undefined;
  /** Since the place of the last snapshot. */
  let events = 0;
  let writing: Promise<void> | undefined;

  const write = async (): Promise<void> => {
    if (folder === undefined || ledger === undefined) return;
    events = 0;
    try {
      await writeSnapshot(folder, ledger, state);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      onWarning('the snapshot of the account table cannot be written; the next start folds more of the log', {
        reason,
      });
    } finally {
      writing = undefined;
    }
  };

  return {
    start: (of) => {
      ledger = of;
    },
    folded: (count) => {
      events += count;
      const isDue = events >= snapshotEvents && state.catchUpTo === 0;
      if (isDue && writing === undefined) writing = write();
    },
    close: async () => {
      await writing;
      if (events >= Math.min(fewEvents, snapshotEvents) && !state.isFolding) await write();
    },
  };
};
