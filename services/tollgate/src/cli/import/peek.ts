/** How a stream begins, and all of it: the format of a file is told from its first bytes. */
export const peek = async (
  chunks: AsyncIterable<Buffer>,
  sizeBytes: number,
): Promise<{ head: Buffer; all: AsyncGenerator<Buffer> }> => {
  const rest = chunks[Symbol.asyncIterator]();
  const parts: Buffer[] = [];
  let length = 0;
  let next = await rest.next();
  for (; next.done !== true; next = await rest.next()) {
    parts.push(next.value);
    length += next.value.length;
    if (length >= sizeBytes) break;
  }
  const head = Buffer.concat(parts);
  const all = async function* (): AsyncGenerator<Buffer> {
    yield head;
    yield* { [Symbol.asyncIterator]: () => rest };
  };
  return { head, all: all() };
};
