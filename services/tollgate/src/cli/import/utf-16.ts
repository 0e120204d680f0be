type ByteOrder = 'little' | 'big';

/** The byte order that a file of UTF-16 says at its beginning. */
export const utf16MarkOf = (head: Buffer): ByteOrder | undefined => {
  if (head.length < 2) return undefined;
  const mark = head.readUInt16BE(0);
  if (mark === 0xfeff) return 'big';
  const isUtf32 = head.length >= 4 && head.readUInt16BE(2) === 0;
  return mark === 0xfffe && !isUtf32 ? 'little' : undefined;
};

/** No UTF-8 has this byte: what is not UTF-16 is found to be not UTF-8, where it stands. */
const never = Buffer.from([0xff]);

/** UTF-16 as UTF-8, its mark too. */
export async function* utf8OfUtf16(chunks: AsyncIterable<Buffer>, order: ByteOrder): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([rest, chunk]);
    const units = Buffer.from(bytes.subarray(0, wholeBytes(bytes, order)));
    rest = bytes.subarray(units.length);
    yield utf8Of(order === 'big' ? units.swap16() : units);
  }
  if (rest.length > 0) yield never;
}

/** Without half a unit, or half a pair of units, at the end. */
const wholeBytes = (bytes: Buffer, order: ByteOrder): number => {
  const length = bytes.length - (bytes.length % 2);
  const lastHigh = bytes[order === 'big' ? length - 2 : length - 1] ?? 0;
  return lastHigh >= 0xd8 && lastHigh <= 0xdb ? length - 2 : length;
};

const utf8Of = (units: Buffer): Buffer => {
  const [first = '', ...others] = units.toString('utf16le').split(/\p{Surrogate}/u);
  return Buffer.concat([Buffer.from(first), ...others.flatMap((part) => [never, Buffer.from(part)])]);
};
