import { crc32 } from 'node:zlib';
import { LogDamaged } from '@tollgate/event-store';
import type { Place } from '@tollgate/event-store';
import type { Folder } from '@tollgate/folder';

/** How far the log was known to reach: the last event that was durable, and the checksum of its group. */
export type Acknowledged = { place: Place; crc: number };

/** A note that outlives the process, not the machine: a log that ends before it has lost something. */
export type AcknowledgedNote = {
  /** Absent if there is none, or if it makes no sense. */
  read(): Acknowledged | undefined;
  /** It is only a note: where it cannot be written, the log goes on. */
  write(acknowledged: Acknowledged): void;
  close(): void;
};

const name = 'acknowledged';
const noteBytes = 40;

export const openAcknowledged = async (folder: Folder, { isReadOnly = false } = {}): Promise<AcknowledgedNote> => {
  const isThere = folder.names().includes(name);
  if (isReadOnly && !isThere) return { read: () => undefined, write: () => undefined, close: () => undefined };
  const file = await folder.open(name, { isNew: !isThere, isReadOnly });
  return {
    read: () => {
      const bytes = Buffer.alloc(noteBytes);
      file.read(bytes, { offset: 0, length: noteBytes, position: 0 });
      return parse(bytes.toString('latin1'));
    },
    write: (acknowledged) => {
      try {
        file.note(Buffer.from(textOf(acknowledged), 'latin1'), 0);
      } catch {
        // The events themselves are on the disk.
      }
    },
    close: () => {
      file.close();
    },
  };
};

const textOf = ({ place, crc }: Acknowledged): string => {
  const text = `${String(place).padStart(16, '0')} ${hex(crc)} `;
  return `${text}${hex(crc32(text))}\n`.padEnd(noteBytes);
};

const hex = (crc: number): string => crc.toString(16).padStart(8, '0');

const parse = (text: string): Acknowledged | undefined => {
  const acknowledged = { place: Number(text.slice(0, 16)), crc: parseInt(text.slice(17, 25), 16) };
  return textOf(acknowledged) === text ? acknowledged : undefined;
};

/** Throws where a log that ends with the group `end` has lost what was acknowledged. */
export const requireAcknowledged = (path: string, acknowledged: Acknowledged | undefined, end: Acknowledged): void => {
  if (acknowledged === undefined || acknowledged.place < end.place) return;
  if (acknowledged.place > end.place)
    throw new LogDamaged(
      `the log in ${path} ends at ${String(end.place)}, though ${String(acknowledged.place)} was acknowledged: restore it from a copy, with its note "acknowledged" or without any`,
      { position: BigInt(end.place + 1) },
    );
  if (acknowledged.crc !== end.crc)
    throw new LogDamaged(
      `the log in ${path} ends at ${String(end.place)} with other events than were acknowledged there: restore it from a copy`,
      { position: BigInt(end.place) },
    );
};
