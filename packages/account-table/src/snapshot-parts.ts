import { crc32 } from 'node:zlib';
import type { FolderFile } from '@tollgate/folder';

/** A part of a snapshot: what JSON says best, and bytes as they are in memory. */
export type Part = { json: object; bytes: Uint8Array };

/** What a file holds is not what was written. */
export class SnapshotDamaged extends Error {
  override readonly name = 'SnapshotDamaged';
}

/** Length of the JSON and of the bytes, and the CRC-32 of both; little-endian. */
const headBytes = 12;

export const encodePart = (json: object, bytes: readonly Uint8Array[]): Uint8Array => {
  const text = Buffer.from(JSON.stringify(json));
  const part = Buffer.concat([Buffer.alloc(headBytes), text, ...bytes]);
  part.writeUInt32LE(text.length, 0);
  part.writeUInt32LE(part.length - headBytes - text.length, 4);
  part.writeUInt32LE(crc32(part.subarray(headBytes)), 8);
  return part;
};

/** The parts of a file in order. Throws `SnapshotDamaged` at the first that is not whole. */
export function* readParts(file: FolderFile): Generator<Part> {
  const sizeBytes = file.sizeBytes();
  let position = 0;
  while (position < sizeBytes) {
    const head = read(file, position, headBytes);
    const textBytes = head.readUInt32LE(0);
    const length = textBytes + head.readUInt32LE(4);
    if (position + headBytes + length > sizeBytes) throw new SnapshotDamaged('it ends in the middle of a part');
    const content = read(file, position + headBytes, length);
    if (crc32(content) !== head.readUInt32LE(8))
      throw new SnapshotDamaged(`the part at byte ${String(position)} is damaged`);
    yield { json: JSON.parse(content.toString('utf8', 0, textBytes)) as object, bytes: content.subarray(textBytes) };
    position += headBytes + length;
  }
}

const read = (file: FolderFile, position: number, length: number): Buffer => {
  const bytes = Buffer.allocUnsafe(length);
  if (file.read(bytes, { offset: 0, length, position }) < length)
    throw new SnapshotDamaged('it ends in the middle of a part');
  return bytes;
};
