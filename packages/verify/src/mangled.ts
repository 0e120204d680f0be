const zero = 0x00;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const [brace, endBrace] = [0x7b, 0x7d];
export const byteOrderMark =
  'it begins with a byte order mark: it was opened and saved on the way, not necessarily changed';
const utf16 = 'it is UTF-16: it was converted on the way, not necessarily changed';
const compressed = 'it is compressed, and must be unpacked first';
const marks: [what: string, bytes: number[]][] = [
  [byteOrderMark, [0xef, 0xbb, 0xbf]],
  [utf16, [0xff, 0xfe]],
  [utf16, [0xfe, 0xff]],
  [compressed, [0x1f, 0x8b]],
  [compressed, [0x50, 0x4b, 0x03, 0x04]],
];

/** What an editor, a mail program or a shell did to a file on the way, by how it begins; absent where nothing is to be seen. */
export const manglingOf = (bytes: Buffer): string | undefined => {
  const [what] = marks.find(([, mark]) => mark.every((byte, at) => bytes[at] === byte)) ?? [];
  return what ?? (bytes.subarray(0, 2).includes(zero) ? utf16 : undefined);
};

/** What was done to a line on the way that JSON would not mind; absent where it is as an export has it. */
export const manglingOfLine = (line: Buffer): string | undefined => {
  if (line.at(-1) === carriageReturn)
    return 'it ends with CR LF: it was converted on the way, not necessarily changed; ask for it as it was printed';
  return line[0] === brace && line.at(-1) === endBrace
    ? undefined
    : 'it has white space at its beginning or end: it is not as it was printed';
};

/** The one line that a file holds, without its end; absent where there are more. */
export const onlyLine = (bytes: Buffer): Buffer | undefined => {
  const line = bytes.at(-1) === lineFeed ? bytes.subarray(0, -1) : bytes;
  return line.includes(lineFeed) ? undefined : line;
};
