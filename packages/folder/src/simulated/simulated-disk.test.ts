import { contentsOf, folderRules, write } from '../folder-rules.fixture';
import { createSimulatedDisk } from './simulated-disk';
import type { DiskFault } from './simulated-disk';

folderRules('one of a simulated disk', () => {
  const disk = createSimulatedDisk({ turn: () => new Promise(setImmediate) });
  return Promise.resolve({ folder: disk.folder('a'), again: () => Promise.resolve(disk.folder('a')) });
});

/** Says one after the other what chance decides. */
const chances = (...given: number[]) => {
  let next = 0;
  return () => given[next++ % given.length] ?? 0;
};

const text = 'a'.repeat(4_096) + 'b'.repeat(4_096) + 'c'.repeat(100);

/** What is in a file of 10 bytes when the process ends while `text` is written after them. */
const torn = async (...random: number[]) => {
  const disk = createSimulatedDisk({ turn: () => new Promise(setImmediate), random: chances(...random) });
  await write(disk.folder('x'), 'file', '0123456789');
  const file = await disk.folder('x').open('file');
  void file.write(Buffer.from(text), 10);
  disk.kill();
  return contentsOf(disk.folder('x'), 'file');
};

describe('a process that is killed while it writes', () => {
  test('leaves any first part of what it wrote', async () => {
    expect(await torn(0.1, 0)).toBe('0123456789');
    expect(await torn(0.1, 0.5)).toBe(`0123456789${text.slice(0, 4_146)}`);
    expect(await torn(0.1, 0.99999)).toBe(`0123456789${text}`);
  });

  test('or some of its pages, with zeros where others are not', async () => {
    const first = 4_096 - 10;
    expect(await torn(0.9, 0.9, 0.1, 0.9)).toBe(`0123456789${'\0'.repeat(first)}${text.slice(first, first + 4_096)}`);
  });

  test('is never answered, and what it had opened is of no use to the next', async () => {
    const disk = createSimulatedDisk({ turn: () => new Promise(setImmediate) });
    const folder = disk.folder('x');
    const file = await folder.open('file', { isNew: true });
    let isAnswered = false;
    void file.write(Buffer.from('x'), 0).finally(() => (isAnswered = true));
    disk.kill();
    for (let turns = 0; turns < 5; turns += 1) await new Promise(setImmediate);
    expect(isAnswered).toBe(false);
    expect(() => file.sizeBytes()).toThrow('has ended');
    await expect(folder.open('file')).rejects.toThrow('has ended');
  });

  test.each([
    ['none', 0.9, ['from']],
    ['all', 0.1, ['to']],
  ])('has done %s of a rename', async (_, chance, names) => {
    const disk = createSimulatedDisk({ turn: () => new Promise(setImmediate), random: () => chance });
    await write(disk.folder('x'), 'from', 'x');
    void disk.folder('x').rename('from', 'to');
    disk.kill();
    expect(disk.folder('x').names()).toEqual(names);
  });
});

describe('notes', () => {
  const noted = async (random: () => number) => {
    const disk = createSimulatedDisk({ random });
    await write(disk.folder('x'), 'file', 'written');
    const file = await disk.folder('x').open('file');
    file.note(Buffer.from('N'), 0);
    file.note(Buffer.from('2'), 8);
    return { disk, file };
  };

  test('outlive the process', async () => {
    const { disk } = await noted(() => 0.9);
    disk.kill();
    expect(await contentsOf(disk.folder('x'), 'file')).toBe('Nritten\0' + '2');
  });

  test('are lost with the machine, each or none, and what was written beside them is not', async () => {
    for (const [first, second, left] of [
      [0.9, 0.9, 'wrXtten'],
      [0.1, 0.9, 'NrXtten'],
      [0.9, 0.1, 'wrXtten\0' + '2'],
    ] as const) {
      const { disk, file } = await noted(chances(first, second));
      await file.write(Buffer.from('X'), 2);
      disk.failPower();
      expect(await contentsOf(disk.folder('x'), 'file')).toBe(left);
      disk.failPower();
      expect(await contentsOf(disk.folder('x'), 'file')).toBe(left);
    }
  });
});

describe('a call that is to fail', () => {
  const failing = async (fault: DiskFault) => {
    let given: DiskFault | undefined;
    const disk = createSimulatedDisk({ turn: () => new Promise(setImmediate), fault: () => given });
    await write(disk.folder('x'), 'file', '');
    const file = await disk.folder('x').open('file');
    given = fault;
    return { disk, file, mend: () => (given = undefined) };
  };

  test('has written as many bytes as it is told, and says why it writes no more', async () => {
    const { disk, file, mend } = await failing({ code: 'ENOSPC', keptBytes: 3 });
    await expect(file.write(Buffer.from('abcdef'), 0)).rejects.toMatchObject({ code: 'ENOSPC' });
    mend();
    expect(await contentsOf(disk.folder('x'), 'file')).toBe('abc');
  });

  test('or does not end', async () => {
    const { file } = await failing('hangs');
    let isAnswered = false;
    void file.write(Buffer.from('x'), 0).finally(() => (isAnswered = true));
    for (let turns = 0; turns < 5; turns += 1) await new Promise(setImmediate);
    expect(isAnswered).toBe(false);
  });
});
