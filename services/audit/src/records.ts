import type { Folder } from '@tollgate/folder';

/** Records of one size in a file that grows at its end. What was appended can be read at once, and is on the disk after `flush`. */
export type Records = {
  count(): number;
  append(bytes: Uint8Array): void;
  /** A copy of one. */
  read(index: number): Uint8Array;
  /** Copies of up to `most` from `from` on, one after another. */
  readMany(from: number, most: number): Buffer;
  /** Nothing may be appended meanwhile. */
  flush(): Promise<void>;
  close(): void;
};

/** Absent where the file holds fewer than `count`, which is where it ends: what stands behind them is written over. */
export const openRecords = async (
  folder: Folder,
  { name, recordBytes, count }: { name: string; recordBytes: number; count: number },
): Promise<Records | undefined> => {
  const file = await folder.open(name, { isNew: !folder.names().includes(name) });
  if (file.sizeBytes() < count * recordBytes) {
    file.close();
    return undefined;
  }
  let written = count;
  let waiting = 0;
  let room = Buffer.alloc(1_024 * recordBytes);

  const readMany = (from: number, most: number): Buffer => {
    const records = Math.max(0, Math.min(most, written + waiting - from));
    const into = Buffer.alloc(records * recordBytes);
    const onDisk = Math.max(0, Math.min(records, written - from));
    if (onDisk > 0) file.read(into, { offset: 0, length: onDisk * recordBytes, position: from * recordBytes });
    if (records > onDisk) {
      const first = from + onDisk - written;
      room.copy(into, onDisk * recordBytes, first * recordBytes, (first + records - onDisk) * recordBytes);
    }
    return into;
  };

  return {
    count: () => written + waiting,
    append: (bytes) => {
      if ((waiting + 1) * recordBytes > room.length) room = Buffer.concat([room, Buffer.alloc(room.length)]);
      room.set(bytes, waiting * recordBytes);
      waiting += 1;
    },
    read: (index) => {
      const record = readMany(index, 1);
      if (record.length === 0) throw new RangeError(`${name} has no record ${String(index)}`);
      return record;
    },
    readMany,
    flush: async () => {
      if (waiting === 0) return;
      await file.write(room.subarray(0, waiting * recordBytes), written * recordBytes);
      written += waiting;
      waiting = 0;
    },
    close: () => {
      file.close();
    },
  };
};
