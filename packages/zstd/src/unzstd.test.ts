import fc from 'fast-check';
import { libzstd } from './libzstd';
import { unzstd, WindowTooLarge } from './unzstd';

const words = ['inbound', 'outbound', 'usage', 'payment', 'acme', 'globex', 'initech', 'inbound'];
const rows = (): string => {
  let seed = 7n;
  return Array.from({ length: 120 }, (_, row) => {
    seed = (seed * 1_103_515_245n + 12_345n) % 2_147_483_648n;
    const cents = String(seed % 100n).padStart(2, '0');
    return `${String(row)},${words[Number((seed >> 8n) & 7n)] ?? ''},${String(seed % 977n)}.${cents}\n`;
  }).join('');
};
/** The rows, packed by zstd 1.5.4 with -19 and a checksum. */
const packedRows = Buffer.from(
  'KLUv/WQmB9UXAFpBZAgZgLlQbIC1G7XDRyw+SIxeIru7e/e0ZnCuYJIAeQB5AFQvaZgzSHpmxJFSOZNEenS9LpU7j0J6YjJ8LXxjw8EAgwQLA74Vjl9hIWG4N8KJt/fEmVWvkatOb5kp7w10oA0KCAcHFhggGOQ9scT9jXKRxHt3JmUtbSgDgQAHCgWwh66kq5hDrBeP4XBwIIDBUA0yzVF/npji+FI6Y7wNAhAWEgAgFBheu+UyKDgAkGBgwBABFxPZVaVcrXNQVQ0tRlRNcj6nSuIcqVb6VqUzSlQflkuqjYcQqR8PzVFxTDejJlleVBlXnah1xhgq3SHUGf90KqErJKg/101ODf3EaZoxb4rmwk+zPFFTHN/QdMo1M7W0yDRv+acmxt800VcmDXGd9MwXJ7Xw5EinHFmRvXsEE2t3EGKfvmONPGfYJFthKZwl2LqFBos3SmLLfHNskJEssDnGwrzi+El4LfHpd8WwHa8XpqqrhImuD39wrjZyPXKJ/IpliuvDUbeG2M7Qmmf5WbEsYtYkm5UVyVNF1hPbjBXvLLFWWOpWGZOEtdJTWRVxZjU9MuVLZRr8O+MZ+RvkV9nfI1fR37iviP5Oef5GWOh/6774X0Ebxd8KyzPjlTFSYrwTlotXxGfx3pkqXiJbUrw5Pkm8dL8s3jknxUtkqop4z0ySWRHnDGbnHFSXpfDRLVvluVQWz5dI2TnXZGUsJtk8P+xZuilzqBGcICyUZpIajQFQRDSKHW8gQoMUpY4B2GaRiVFCnrHmrcj63cy5xbonCfQZONLgA9kIWsx+Og4FBgluTJhM2oB4FNlI+vAoiiUV7XjHXY6M0WktIU65LlKQll1sEa9Gf8a5fzW9e7V7WL3uS91gjK6Xzdwpk4txBUpl59kvRuDddeVsnRjIEGdWZolxbOsIXfNd2hrOBrTrsQqFEdesqgaFLDW29fKwgQogmdE5X6yQ6nfFuPwttC6tnzlmT3yDJMZTkXZ0GSXOLrK419hclsFcZiyB/1AfQWRVFd6wm1A=',
  'base64',
);

/** A frame of blocks, each as it is or, where it is one byte for ever, as that. */
const frame = (windowLog: number, ...blocks: Buffer[]): Buffer => {
  const packed = blocks.map((block, at) => {
    const isOne = block.length > 1 && block.equals(Buffer.alloc(block.length, block[0]));
    const head = Buffer.alloc(3);
    head.writeUIntLE((block.length << 3) | (isOne ? 2 : 0) | (at === blocks.length - 1 ? 1 : 0), 0, 3);
    return Buffer.concat([head, isOne ? block.subarray(0, 1) : block]);
  });
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, (windowLog - 10) << 3]), ...packed]);
};
const full = Buffer.alloc(1 << 17, 'x');
const skipped = Buffer.from('502a4d180400000061626364', 'hex');

const inChunks = (bytes: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));

const read = async (bytes: Buffer, chunkBytes = bytes.length): Promise<Buffer> => {
  const pieces: Buffer[] = [];
  for await (const piece of unzstd(inChunks(bytes, chunkBytes))) pieces.push(piece);
  return Buffer.concat(pieces);
};
const memoryBytes = async (): Promise<number> => (await libzstd()).memory.buffer.byteLength;

test.each([1, 7, 1_000])('a frame, its checksum compared, may come in chunks of %d', async (chunkBytes) => {
  expect(String(await read(packedRows, chunkBytes))).toBe(rows());
  const changed = Buffer.from(packedRows);
  changed.writeUInt8((changed.at(-1) ?? 0) ^ 1, changed.length - 1);
  await expect(read(changed, chunkBytes)).rejects.toThrow('its checksum is another');
});

test.each([1, 5, 1_000])(
  'several frames, empty and skipped ones among them, may come in chunks of %d',
  async (size) => {
    const two = frame(17, full, full);
    const bytes = Buffer.concat([two, frame(10, Buffer.alloc(0)), skipped, frame(10, Buffer.from('end')), skipped]);
    expect((await read(bytes, size)).equals(Buffer.concat([full, full, Buffer.from('end')]))).toBe(true);
    expect((await read(two, size)).length).toBe(2 * full.length);
  },
);

test('what is cut anywhere but between frames is not whole', async () => {
  for (let length = 1; length < packedRows.length; length += 1)
    await expect(read(packedRows.subarray(0, length))).rejects.toThrow('unexpected end');
  expect((await read(Buffer.alloc(0))).length).toBe(0);
});

test('a frame whose Huffman table kept another library in a loop for ever is an error', async () => {
  const crafted =
    'KLUv/WD6APUEABJICwbwOTLN5x5u25d80gEJkOXHa0qVAMRQGWO5CJ2O5JLcY8LYOTbgnGECaL5tQPUgUCJUdjysLKkyUE+wKg+5wYsBukwqlvU3B2GpewV+pNwjCw8VEyjRkm2mI3fFiFAKQhJuGugagi6wQc6DybNts00Yb8AfEsEHivmKYDYbOwZxwTAELWW4xRJi4IYyAJnUMYLJ+OYxwXEwEqEL';
  await expect(read(Buffer.from(crafted, 'base64'))).rejects.toThrow('its data is corrupt');
});

test('what is damaged in any way is an error or something else, and keeps no memory', async () => {
  const damage = fc.record({ at: fc.nat(packedRows.length - 1), bit: fc.nat(7), cut: fc.nat(packedRows.length) });
  const before = await memoryBytes();
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 4 }), async (damages) => {
      const bytes = Buffer.from(packedRows);
      for (const { at, bit } of damages) bytes.writeUInt8((bytes[at] ?? 0) ^ (1 << bit), at);
      const cut = bytes.subarray(0, damages[0]?.cut);
      for (const broken of [bytes, cut])
        await read(broken).then(
          (content) => expect(content.length).toBeLessThan(1 << 20),
          (error: unknown) => expect(error).toBeInstanceOf(Error),
        );
    }),
    { numRuns: 1_000 },
  );
  expect(await memoryBytes()).toBe(before);
});

test('whoever has had enough takes a piece of it, and no memory', async () => {
  const bomb = frame(20, ...Array<Buffer>(100).fill(full));
  await read(frame(20, full));
  const before = await memoryBytes();
  for (let time = 0; time < 100; time += 1)
    for await (const piece of unzstd([bomb])) {
      expect(piece.length).toBeLessThanOrEqual(full.length);
      break;
    }
  expect(await memoryBytes()).toBe(before);
});

test.each([28, 41])('a window of 2^%d bytes is refused before it is made', async (windowLog) => {
  const before = await memoryBytes();
  await expect(read(frame(windowLog, full))).rejects.toBeInstanceOf(WindowTooLarge);
  expect(await memoryBytes()).toBe(before);
});

test('others have their turn while a million empty frames come to nothing', async () => {
  let turns = 0;
  const count = (): void => {
    turns += 1;
    counting = setImmediate(count);
  };
  let counting = setImmediate(count);
  const empty = frame(10, Buffer.alloc(0));
  const content = await read(Buffer.alloc(1_000_000 * empty.length, empty));
  clearImmediate(counting);
  expect(content.length).toBe(0);
  expect(turns).toBeGreaterThan(100);
});
