import { logLine, logLineOf, originText, storedEvents } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import { openStoredGroups, takeLine } from '@tollgate/event-store-file';
import type { LineParts, StoredGroup } from '@tollgate/event-store-file';
import type { Folder } from '@tollgate/folder';
import { blockLeaves, hashBytes, rootOf, writeLeafHash } from '@tollgate/merkle';
import { idBytes, writeId } from './event-id';
import type { LeafBatch } from './leaves';

/** The lines of a log in files as leaves, read beside the thread that writes them. */
export type LeafReader = {
  /** Those after the last ones, up to the event at `last`, which is durable. A batch holds until the next. */
  through(last: number): AsyncGenerator<LeafBatch>;
  close(): void;
};

const batchLeaves = 16 * blockLeaves;

/** From the place where a tree of `size` leaves ends. */
export const openLeafReader = (folder: Folder, from: { place: number; size: number }): LeafReader => {
  const stored = openStoredGroups<LogEvent>(folder, storedEvents);
  const room = createRoom(from.size);
  let { place } = from;
  return {
    close: stored.close,
    through: async function* (last) {
      for await (const group of stored.between(place, last)) {
        const lineOf = createLines(group);
        const { recordedAt } = group.groupLine();
        const end = Math.min(group.count, last + 1 - group.place(0));
        for (let index = place + 1 - group.place(0); index < end; index += 1) {
          const { line, eventId } = lineOf(index);
          room.add(line, eventId);
          place = group.place(index);
          if (room.isFull()) yield room.take({ position: BigInt(place), recordedAt });
        }
        if (place === last && !room.isEmpty()) yield room.take({ position: BigInt(place), recordedAt });
      }
    },
  };
};

/** Leaves of a batch, which ends where a block does if it can. Roots are of the blocks that are whole in it. */
const createRoom = (size: number) => {
  const hashes = Buffer.alloc(batchLeaves * hashBytes);
  const ids = Buffer.alloc(batchLeaves * idBytes);
  let first = size;
  let count = 0;
  return {
    isEmpty: () => count === 0,
    isFull: () => count === batchLeaves - (first % blockLeaves),
    add: (line: string, eventId: string): void => {
      writeLeafHash(hashes, count * hashBytes, line);
      writeId(ids, count * idBytes, eventId);
      count += 1;
    },
    take: (place: Pick<LeafBatch, 'position' | 'recordedAt'>): LeafBatch => {
      const of = hashes.subarray(0, count * hashBytes);
      const roots: Uint8Array[] = [];
      const blockBytes = blockLeaves * hashBytes;
      for (let at = bytesToBlock(first); at + blockBytes <= of.length; at += blockBytes)
        roots.push(rootOf(of.subarray(at, at + blockBytes)));
      const batch = {
        ...{ count, hashes: of, ids: ids.subarray(0, count * idBytes), roots: Buffer.concat(roots) },
        ...place,
      };
      first += count;
      count = 0;
      return batch;
    },
  };
};

/** Bytes of the leaves from the `first` one on up to where a block begins. */
const bytesToBlock = (first: number): number => ((blockLeaves - (first % blockLeaves)) % blockLeaves) * hashBytes;

type Line = { line: string; eventId: string };

/** Lines of the export, from those that are stored: what came from one source has one origin most often. */
const createLines = (group: StoredGroup<LogEvent>): ((index: number) => Line) => {
  const { recordedAt, sources } = group.groupLine();
  const origins: { type: string; text: string }[] = [];
  const originOf = ({ type, source, metadata }: LineParts): string => {
    const known = metadata === undefined ? origins[source] : undefined;
    if (known?.type === type) return known.text;
    const text = originText({ type: type as LogEvent['type'], metadata: { source: sources[source], ...metadata } });
    if (metadata === undefined) origins[source] = { type, text };
    return text;
  };
  return (index) => {
    const parts = takeLine(group.lineText(index));
    if (parts === undefined || !storedEvents.isCurrent(parts)) {
      const event = group.event(index);
      return { line: logLine(event), eventId: event.eventId };
    }
    // Written out, since V8 takes more time to spread these than to hash the line.
    const { place, type, data, eventId } = parts;
    return { line: logLineOf({ place, type, recordedAt, origin: originOf(parts), data }), eventId };
  };
};
