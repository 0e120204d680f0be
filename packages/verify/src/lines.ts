const lineFeed = 0x0a;

/** The lines of a stream of bytes, as they stand, without their ends. What follows the last line feed is a line if it is not empty. */
export const linesOf = async function* (bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  for await (const chunk of bytes) {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let from = 0;
    for (let end = buffer.indexOf(lineFeed); end >= 0; end = buffer.indexOf(lineFeed, from)) {
      const line = buffer.subarray(from, end);
      yield rest.length === 0 ? line : Buffer.concat([...rest, line]);
      rest = [];
      from = end + 1;
    }
    if (from < buffer.length) rest.push(buffer.subarray(from));
  }
  if (rest.length > 0) yield Buffer.concat(rest);
};
