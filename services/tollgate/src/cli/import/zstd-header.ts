import { FileFault } from './file-fault';

/** What zstd's own tool takes without being told to take more. The library reserves it before it unpacks anything. */
const maxWindowBytes = 128n << 20n;

/** What a frame says of itself (RFC 8878, 3.1.1.1). */
export type FrameHeader = {
  /** Absent if the frame does not say how much it holds. */
  contentBytes: bigint | undefined;
  hasChecksum: boolean;
};

/** How many bytes of the header follow its descriptor. */
export const fieldBytesOf = (descriptor: number): number => {
  const { windowBytes, dictionaryBytes, sizeBytes } = widthsOf(descriptor);
  return windowBytes + dictionaryBytes + sizeBytes;
};

/** Throws `FileFault` where the frame asks for more memory than it is given. */
export const headerOf = (descriptor: number, fields: Buffer): FrameHeader => {
  const { windowBytes, sizeBytes } = widthsOf(descriptor);
  const contentBytes = sizeBytes === 0 ? undefined : sizeOf(fields.subarray(-sizeBytes));
  requireWindow(windowBytes === 0 ? (contentBytes ?? 0n) : windowOf(fields.readUInt8()));
  return { contentBytes, hasChecksum: (descriptor & 4) !== 0 };
};

const widthsOf = (descriptor: number) => {
  const isOneSegment = (descriptor & 0x20) !== 0;
  return {
    windowBytes: isOneSegment ? 0 : 1,
    dictionaryBytes: [0, 1, 2, 4][descriptor & 3] ?? 0,
    sizeBytes: [isOneSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0,
  };
};

const sizeOf = (field: Buffer): bigint => {
  if (field.length === 8) return field.readBigUInt64LE();
  const size = field.readUIntLE(0, field.length);
  return BigInt(field.length === 2 ? size + 256 : size);
};

const windowOf = (field: number): bigint => {
  const base = 1n << BigInt(10 + (field >> 3));
  return base + (base >> 3n) * BigInt(field & 7);
};

const requireWindow = (bytes: bigint): void => {
  if (bytes > maxWindowBytes)
    throw new FileFault(
      `the zstd data asks for ${String(bytes)} bytes of memory to be unpacked, more than the ${String(maxWindowBytes)} (128 MiB) it is given: it is damaged, or was packed with a larger window. Pack it again without --long or --ultra, or unpack it first, and import the whole file again, what was recorded before counts once`,
    );
};
