/** Takes so many bytes at a time from chunks of any size. */
export const createByteReader = (chunks: AsyncIterable<Buffer>) => {
  const source = chunks[Symbol.asyncIterator]();
  let bytes: Buffer = Buffer.alloc(0);

  /** Whether there are so many bytes now. */
  const fill = async (count: number): Promise<boolean> => {
    const parts = [bytes];
    let length = bytes.length;
    while (length < count) {
      const next = await source.next();
      if (next.done === true) break;
      parts.push(next.value);
      length += next.value.length;
    }
    bytes = parts.length === 1 ? bytes : Buffer.concat(parts);
    return length >= count;
  };

  return {
    isAtEnd: async (): Promise<boolean> => !(await fill(1)),
    /** Throws where there are fewer. */
    take: async (count: number): Promise<Buffer> => {
      if (!(await fill(count))) throw new Error('unexpected end');
      const taken = bytes.subarray(0, count);
      bytes = bytes.subarray(count);
      return taken;
    },
  };
};
export type ByteReader = ReturnType<typeof createByteReader>;
