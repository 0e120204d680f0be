import { streamPrefixes } from '@tollgate/contracts';
import type { StreamHead } from '@tollgate/event-store';
import type { Accounts } from './accounts';
import { nearest } from './marks';
import { rowAt } from './row';

/** The `account-` and `cutoff-` streams of accounts that are open. */
export type AccountStreams = {
  /** The slot of the account a stream is about; absent if it is about none, or about one that is not open. */
  slotIn(stream: string): number | undefined;
  head(stream: string, slot: number): StreamHead | undefined;
  near(stream: string, slot: number, revision: number): StreamHead | undefined;
};

const { account, cutoff } = streamPrefixes;

export const createAccountStreams = (accounts: Accounts): AccountStreams => {
  let lastStream = '';
  let lastSlot: number | undefined;

  const head = (stream: string, slot: number): StreamHead | undefined => {
    const { bytes } = accounts.pageOf(slot).totals;
    const row = accounts.rowOf(slot);
    if (stream.startsWith(account))
      return { revision: bytes.getUint32(row + rowAt.revision, true), place: bytes.getFloat64(row + rowAt.place, true) };
    const revision = bytes.getUint32(row + rowAt.recorded, true) - 1;
    return revision < 0 ? undefined : { revision, place: bytes.getFloat64(row + rowAt.cutoffPlace, true) };
  };

  return {
    slotIn: (stream) => {
      // An append asks for its stream's head and then describes each of its events.
      if (lastSlot !== undefined && stream === lastStream) return lastSlot;
      const prefix = stream.startsWith(account) ? account : cutoff;
      const slot = stream.startsWith(prefix) ? accounts.slotOf(stream.slice(prefix.length)) : undefined;
      lastStream = stream;
      lastSlot = slot;
      return slot;
    },
    head,
    near: (stream, slot, revision) => {
      const last = head(stream, slot);
      const { marks, cutoffMarks } = accounts.pageOf(slot);
      const known = stream.startsWith(account) ? marks : cutoffMarks;
      return last && nearest(known.get(accounts.numberOf(slot)), last, revision);
    },
  };
};
