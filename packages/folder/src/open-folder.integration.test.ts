import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { contentsOf, folderRules, write } from './folder-rules.fixture';
import { openFolder, openFolderReadOnly } from './index';

const root = mkdtempSync(join(tmpdir(), 'tollgate-folder-'));
let count = 0;
const newPath = (): string => join(root, String((count += 1)));

afterAll(() => {
  rmSync(root, { recursive: true });
});

folderRules('one of this machine', async () => {
  const path = newPath();
  return { folder: await openFolder(path), again: () => Promise.resolve(openFolderReadOnly(path)) };
});

describe('a folder of this machine', () => {
  test('is made with those it is in', async () => {
    const path = join(newPath(), 'deep', 'deeper');
    await write(await openFolder(path), 'a', 'x');
    expect(await contentsOf(await openFolder(path), 'a')).toBe('x');
  });

  test('that is open for reading only is neither made nor changed', async () => {
    const path = newPath();
    expect(() => openFolderReadOnly(path).names()).toThrow('ENOENT');
    await write(await openFolder(path), 'a', 'x');
    const reading = openFolderReadOnly(path);
    await expect(reading.open('b', { isNew: true })).rejects.toThrow('reading only');
    await expect(reading.rename('a', 'b')).rejects.toThrow('reading only');
    await expect(reading.remove('a')).rejects.toThrow('reading only');
    const file = await reading.open('a');
    await expect(file.write(Buffer.from('y'), 0)).rejects.toThrow('EBADF');
    expect(reading.names()).toEqual(['a']);
    expect(await contentsOf(reading, 'a')).toBe('x');
  });

  test('that cannot be asked what room it has is not taken for full', () => {
    expect(openFolderReadOnly(join(root, 'missing')).freeBytes()).toBe(Infinity);
  });

  test('writes 64 MiB in one call as it does one byte', async () => {
    const folder = await openFolder(newPath());
    const file = await folder.open('a', { isNew: true });
    const large = Buffer.alloc(64 << 20, 'abcdefg');
    await file.write(large, 3);
    const into = Buffer.alloc(large.length);
    expect(file.read(into, { offset: 0, length: into.length, position: 3 })).toBe(large.length);
    expect(into.equals(large)).toBe(true);
  });
});

const hasTracer = spawnSync('strace', ['-V']).error === undefined;
const whereTraced = hasTracer || process.env['CI'] !== undefined ? test : test.skip;

/** Does everything once, in a process that is traced. */
const program = `
  const { openFolder } = require('@tollgate/folder');
  (async () => {
    const folder = await openFolder(process.argv[1]);
    const file = await folder.open('a', { isNew: true });
    await file.write(Buffer.from('content'), 0);
    await file.truncate(3);
    await folder.rename('a', 'b');
    await folder.remove('b');
  })();
`;

whereTraced('every change is on the disk before it is answered, new names and cuts too (needs strace)', () => {
  const path = join(newPath(), 'traced');
  const trace = `${path.replaceAll('/', '-').slice(1)}.trace`;
  const calls = 'mkdir,openat,pwrite64,ftruncate,fsync,fdatasync,rename,unlink';
  const options = ['-f', '-y', '-e', `trace=${calls}`, '-o', join(root, trace)];
  const run = spawnSync('strace', [...options, process.execPath, '-e', program, path], { encoding: 'utf8' });
  expect(run.stderr).toBe('');
  const steps = readFileSync(join(root, trace), 'utf8')
    .split('\n')
    .filter((line) => line.includes(dirname(path)) || line.includes('fsync('))
    .filter((line) => !/openat.*O_RDONLY|resumed|ENOENT/.test(line))
    .flatMap((line) => stepOf(line) ?? []);
  expect(steps).toEqual([
    ...['mkdir', 'fsync', 'fsync', 'mkdir', 'fsync', 'fsync'],
    ...['create, written through', 'fsync', 'pwrite64', 'ftruncate', 'fsync', 'rename', 'fsync', 'unlink', 'fsync'],
  ]);
});

const stepOf = (line: string): string | undefined => {
  const call = /(mkdir|openat|pwrite64|ftruncate|fsync|fdatasync|rename|unlink)[( ]/.exec(line)?.[1];
  if (call !== 'openat') return call;
  return /O_CREAT/.test(line) && /O_DSYNC/.test(line) ? 'create, written through' : 'create';
};
