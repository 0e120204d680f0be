import { FileFault } from './file-fault';
import { peek } from './peek';
import { packingOf } from './unpack';
import { utf16MarkOf, utf8OfUtf16 } from './utf-16';

/** Far into any binary file there is: tar, the last of them, has its first zero within 100 bytes. */
const toldFromBytes = 1 << 10;

/** The text of a file as UTF-8, with the mark it began with: unpacked and out of UTF-16 where it is so. Throws `FileFault`. */
export async function* fileText(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const file = await peek(chunks, toldFromBytes);
  const unpack = packingOf(file.head);
  const { head, all } = unpack === undefined ? file : await peek(unpack(file.all), toldFromBytes);
  const mark = utf16MarkOf(head);
  if (mark !== undefined) yield* utf8OfUtf16(all, mark);
  else {
    requireText(head);
    yield* all;
  }
}

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

const otherFormats: readonly (readonly [name: string, start: Buffer])[] = [
  ['a zip archive, as an .xlsx workbook is', Buffer.from('PK\x03\x04')],
  ['an empty zip archive', Buffer.from('PK\x05\x06')],
  ['a workbook of Excel (.xls)', hex('d0cf11e0a1b11ae1')],
  ['packed with xz', hex('fd377a585a00')],
  ['packed with bzip2', Buffer.from('BZh')],
  ['packed with lz4', hex('04224d18')],
  ['packed with compress (.Z)', hex('1f9d')],
  ['packed with gzip twice', hex('1f8b')],
  ['packed with zstd twice', hex('28b52ffd')],
  ['a 7z archive', hex('377abcaf271c')],
  ['a rar archive', Buffer.from('Rar!\x1a')],
  ['a PDF document', Buffer.from('%PDF-')],
  ['a Parquet file', Buffer.from('PAR1')],
  ['UTF-32', hex('0000feff')],
  ['UTF-32', hex('fffe0000')],
];

const requireText = (head: Buffer): void => {
  const format = otherFormats.find(([, start]) => head.subarray(0, start.length).equals(start));
  if (format !== undefined) throw new FileFault(`the file is ${format[0]}: ${whatIsRead}`);
  if (head.subarray(0, toldFromBytes).includes(0))
    throw new FileFault(
      `the file is not text, for it has bytes of zero (UTF-16 is read if it begins with its mark): ${whatIsRead}`,
    );
};

const whatIsRead =
  'give JSON lines or CSV, as UTF-8 or as UTF-16 with its mark, plain or packed with gzip or zstd; nothing was sent';
