import type { EventBody, EventCodec, Place } from '@tollgate/event-store';
import type { Folder } from '@tollgate/folder';
import { after, beginningOfSegment, loadGroup } from './load-group';
import { openToRead, untilAcknowledged } from './open-to-read';
import { requireEnd } from './replay';
import { segmentHeaderBytes } from './segment-header';
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
  const { segments, loader } = await openToRead(folder, codec);
  const last = segments.last();
  await untilAcknowledged(folder, last.last).catch((error: unknown) => {
    segments.close();
    throw error;
  });
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
