import { streamPrefixes } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { LogIndex, Place, StreamHead } from '@tollgate/event-store';
import type { Accounts } from './accounts';
import { nearest } from './marks';
import type { OtherStreams } from './other-streams';
import { cutoffPlace } from './recorded-traffic';
import { rowAt } from './row';

/** Where each stream stands: the account's in its row, the others beside. */
export type Streams = Pick<LogIndex<LogEvent>, 'head' | 'near'> & {
  /** The slot of the account that an `account-` or `cutoff-` stream is about; absent if that is not open. */
  slotIn(stream: string): number | undefined;
};

const { account, cutoff } = streamPrefixes;

export const createStreams = (accounts: Accounts, others: OtherStreams): Streams => {
  let lastStream = '';
  let lastSlot: number | undefined;

  const slotIn = (stream: string): number | undefined => {
    // An append asks where its stream stands and then describes each of its events.
    if (lastSlot !== undefined && stream === lastStream) return lastSlot;
    const prefix = stream.startsWith(account) ? account : cutoff;
    lastSlot = stream.startsWith(prefix) ? accounts.slotOf(stream.slice(prefix.length)) : undefined;
    lastStream = stream;
    return lastSlot;
  };

  const head = (stream: string): StreamHead | undefined => {
    const slot = slotIn(stream);
    if (slot === undefined) return headOf(others.named(stream));
    const page = accounts.pageOf(slot);
    const { bytes } = page.totals;
    const row = accounts.rowOf(slot);
    if (stream.startsWith(account))
      return {
        revision: bytes.getUint32(row + rowAt.revision, true),
        place: bytes.getFloat64(row + rowAt.place, true),
      };
    const decisions = bytes.getUint32(row + rowAt.recorded, true);
    return headOf(
      decisions === 0 ? undefined : { revision: decisions - 1, place: cutoffPlace(page, accounts.numberOf(slot)) },
    );
  };

  const markedPlace = (stream: string, index: number): Place | undefined => {
    const slot = slotIn(stream);
    if (slot === undefined) return others.named(stream)?.marks[index];
    const { marks, cutoffMarks } = accounts.pageOf(slot);
    return (stream.startsWith(account) ? marks : cutoffMarks).at(accounts.numberOf(slot), index);
  };

  return {
    slotIn,
    head,
    near: (stream, revision) => {
      const last = head(stream);
      return last && nearest(last, revision, (index) => markedPlace(stream, index));
    },
  };
};

const headOf = (stream: StreamHead | undefined): StreamHead | undefined =>
  stream && { revision: stream.revision, place: stream.place };
