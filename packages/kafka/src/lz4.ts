import { setImmediate as nextTurn } from 'node:timers/promises';
import { decompressBlock, decompressBound } from 'lz4js';

const flagsAt = 4;
const hasBlockSums = 0x10;
const hasContentSize = 0x08;
/** Magic number, flags, size of the blocks, checksum of all that. */
const headerBytes = 7;
/** A block's length in 31 bits, and whether it is stored as it is. */
const lengthBits = 0x7fffffff;
const bytesInATurn = 4 << 20;

/**
 * What a frame of LZ4 holds. Others have their turn after each few MiB: lz4js reads all of it at once, and further where a frame holds more
 * than it says. Throws where it may come to more than `checkRoom` lets it.
 */
export const unLz4Frame = async (frame: Buffer, checkRoom: (bytes: number) => void): Promise<Buffer> => {
  const mostBytes = decompressBound(frame);
  checkRoom(mostBytes);
  const whole = Buffer.alloc(mostBytes);
  const flags = frame.readUInt8(flagsAt);
  let at = headerBytes + ((flags & hasContentSize) > 0 ? 8 : 0);
  let size = 0;
  for (let turns = 0; ;) {
    const head = frame.readUInt32LE(at);
    if (head === 0) return whole.subarray(0, size);
    const start = at + 4;
    const end = start + (head & lengthBits);
    size =
      head > lengthBits
        ? size + frame.copy(whole, size, start, end)
        : decompressBlock(frame, whole, start, end - start, size);
    if (size > mostBytes) throw new Error('a frame of LZ4 holds more than it says');
    at = end + ((flags & hasBlockSums) > 0 ? 4 : 0);
    if (size < (turns + 1) * bytesInATurn) continue;
    turns = Math.floor(size / bytesInATurn);
    await nextTurn();
  }
};
