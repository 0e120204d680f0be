import type { Folder } from './folder';

/** An empty folder, and the same as another process finds it. */
export type FolderUnderTest = { folder: Folder; again(): Promise<Folder> };

const bytes = (text: string): Uint8Array => Buffer.from(text);

export const contentsOf = async (folder: Folder, name: string): Promise<string> => {
  const file = await folder.open(name, { isReadOnly: true });
  const into = Buffer.alloc(file.sizeBytes());
  const length = file.read(into, { offset: 0, length: into.length, position: 0 });
  file.close();
  return into.toString('latin1', 0, length);
};

export const write = async (folder: Folder, name: string, text: string): Promise<void> => {
  const file = await folder.open(name, { isNew: true });
  await file.write(bytes(text), 0);
  file.close();
};

/** What the real folder and the simulated one have in common. */
export const folderRules = (name: string, create: () => Promise<FolderUnderTest>): void => {
  describe(`${name} as a folder`, () => {
    test('keeps what was written, where it was written, for who opens it again', async () => {
      const { folder, again } = await create();
      const file = await folder.open('a', { isNew: true });
      await file.write(bytes('0123456789'), 0);
      await file.write(bytes('xy'), 4);
      await file.write(bytes('!'), 12);
      expect(file.sizeBytes()).toBe(13);
      expect(await contentsOf(await again(), 'a')).toBe('0123xy6789\0\0!');
    });

    test('reads into the middle of a buffer, and tells how much there was', async () => {
      const { folder } = await create();
      await write(folder, 'a', 'abcdef');
      const file = await folder.open('a');
      const into = Buffer.from('..........');
      expect(file.read(into, { offset: 2, length: 3, position: 1 })).toBe(3);
      expect(file.read(into, { offset: 6, length: 4, position: 4 })).toBe(2);
      expect(file.read(into, { offset: 0, length: 4, position: 6 })).toBe(0);
      expect(file.read(into, { offset: 0, length: 4, position: 60 })).toBe(0);
      expect(into.toString()).toBe('..bcd.ef..');
    });

    test('shows notes at once, to others too', async () => {
      const { folder, again } = await create();
      const file = await folder.open('a', { isNew: true });
      file.note(bytes('first'), 0);
      file.note(bytes('second'), 0);
      file.note(bytes('!'), 8);
      expect(await contentsOf(await again(), 'a')).toBe('second\0\0!');
    });

    test('cuts a file, and what is written after the cut follows it', async () => {
      const { folder, again } = await create();
      await write(folder, 'a', '0123456789');
      const file = await folder.open('a');
      await file.truncate(4);
      expect(file.sizeBytes()).toBe(4);
      await file.write(bytes('x'), 6);
      expect(await contentsOf(await again(), 'a')).toBe('0123\0\0x');
    });

    test('names its files, replaces one by another, and forgets removed ones', async () => {
      const { folder, again } = await create();
      for (const one of ['b', 'a', 'c']) await write(folder, one, one);
      await folder.rename('b', 'a');
      await folder.remove('c');
      await folder.remove('never there');
      expect((await again()).names()).toEqual(['a']);
      expect(await contentsOf(await again(), 'a')).toBe('b');
    });

    test('empties a file that is opened as a new one, and refuses one that is not there', async () => {
      const { folder } = await create();
      await write(folder, 'a', 'abc');
      await write(folder, 'a', 'x');
      expect(await contentsOf(folder, 'a')).toBe('x');
      await expect(folder.open('b')).rejects.toThrow('ENOENT');
      await expect(folder.rename('b', 'a')).rejects.toThrow('ENOENT');
    });

    test('writes nothing in a file that is open for reading only, and does nothing with a closed one', async () => {
      const { folder } = await create();
      await write(folder, 'a', 'abc');
      const reading = await folder.open('a', { isReadOnly: true });
      await expect(reading.write(bytes('x'), 0)).rejects.toThrow('EBADF');
      const closed = await folder.open('a');
      closed.close();
      closed.close();
      expect(() => closed.sizeBytes()).toThrow('closed');
      expect(() => {
        closed.note(bytes('x'), 0);
      }).toThrow('closed');
      await expect(closed.write(bytes('x'), 0)).rejects.toThrow('closed');
      expect(await contentsOf(folder, 'a')).toBe('abc');
    });

    test('knows what room there is', async () => {
      const { folder } = await create();
      expect(folder.freeBytes()).toBeGreaterThan(0);
    });
  });
};
