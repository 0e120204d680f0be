import { setTimeout as delay } from 'node:timers/promises';
import type { EventBody, Place } from '@tollgate/event-store';
import type { Folder } from '@tollgate/folder';
import { openAcknowledged, requireAcknowledged } from './acknowledged';
import type { Acknowledged } from './acknowledged';
import type { EventCodec } from './event-codec';
import { after, beginningOfSegment, createLoader, loadGroup } from './load-group';
import { findEnd, lastGroupOf } from './log-end';
import { aheadInOrder, requireEnd } from './replay';
import { segmentHeaderBytes } from './segment-header';
import { openSegments } from './segments';
import type { StoredGroup } from './stored-group';

/** A log as it lies in its files, for who looks at it beside the process that writes it. */
export type FileLogReader<Body extends EventBody> = {
  readonly ledger: string;
  readonly seed: Uint8Array;
  /** Place of the last event that was durable when the reader was opened; a write that was under way is left out. */
  readonly end: Place;
  /** Every group in order, its headers checked and chained; its lines are checked as they are read. Each holds until the next. */
  groups(): AsyncGenerator<StoredGroup<Body>>;
  close(): void;
};

/** Opens it to read; writes nothing. Throws `LogDamaged`, also from `groups`, where it is not what was written. */
export const openFileLogReader = async <Body extends EventBody>(
  folder: Folder,
  { codec }: { codec: EventCodec<Body> },
): Promise<FileLogReader<Body>> => {
  // Before the log, which only grows: what the note says must be in it.
  const noted = await readAcknowledged(folder);
  const segments = await openSegments(folder);
  const last = segments.last();
  const loader = createLoader({ path: folder.path, codec }, aheadInOrder);
  try {
    const opened = { segment: last, file: await segments.file(last), end: last.sizeBytes };
    const end = await findEnd(loader, opened, () => new Promise(setImmediate));
    requireAcknowledged(folder.path, noted, lastGroupOf(last, end));
    await untilAcknowledged(folder, end.last);
    Object.assign(last, { last: end.last, lastCrc: end.crc, sizeBytes: end.offset });
  } catch (error) {
    segments.close();
    throw error;
  }
  return {
    ledger: last.header.ledger,
    seed: Buffer.from(last.header.seed, 'hex'),
    end: last.last,
    async *groups() {
      for (const segment of segments.all) {
        let cursor = beginningOfSegment(segment, segmentHeaderBytes);
        while (cursor.offset < segment.sizeBytes) {
          const opened = { segment, file: await segments.file(segment), end: segment.sizeBytes };
          const group = loadGroup(loader, opened, cursor);
          cursor = after(group);
          yield group;
        }
        requireEnd(loader, { segment, cursor });
      }
    },
    close: segments.close,
  };
};

const readAcknowledged = async (folder: Folder): Promise<Acknowledged | undefined> => {
  const note = await openAcknowledged(folder, { isReadOnly: true });
  try {
    return note.read();
  } finally {
    note.close();
  }
};

const patienceMs = 1_000;
const pollMs = 20;

/**
 * A group can be seen a moment before it is durable. The process that writes it notes when it is; where nobody does, nobody
 * writes, and what is whole is what the next start will find.
 */
const untilAcknowledged = async (folder: Folder, last: Place): Promise<void> => {
  const acknowledged = await openAcknowledged(folder, { isReadOnly: true });
  const isBehind = (): boolean => (acknowledged.read()?.place ?? last) < last;
  try {
    for (let waitedMs = 0; isBehind() && waitedMs < patienceMs; waitedMs += pollMs) await delay(pollMs);
  } finally {
    acknowledged.close();
  }
};
