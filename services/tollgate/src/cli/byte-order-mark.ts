const mark = Buffer.from([0xef, 0xbb, 0xbf]);

/** The bytes of a text file without the mark that some programs put before UTF-8. */
export async function* withoutByteOrderMark(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (head === undefined) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.length < mark.length) continue;
    yield unmarked(head);
    head = undefined;
  }
  if (head !== undefined) yield unmarked(head);
}

const unmarked = (head: Buffer): Buffer =>
  head.subarray(0, mark.length).equals(mark) ? head.subarray(mark.length) : head;
