import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeWhole } from './whole-file';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tollgate-whole-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('what is written takes the place of what was there once it is finished', async () => {
  const path = join(folder, 'acme.csv');
  writeFileSync(path, 'before');
  await writeWhole(path, async (part) => {
    await writeFile(part, 'after');
    expect(readFileSync(path, 'utf8')).toBe('before');
  });
  expect([readFileSync(path, 'utf8'), readdirSync(folder)]).toEqual(['after', ['acme.csv']]);
});

test('a file that could not be written to its end used to be left cut: what was there before stays', async () => {
  const path = join(folder, 'acme.csv');
  writeFileSync(path, 'before');
  const writing = writeWhole(path, async (part) => {
    await writeFile(part, 'aft');
    throw new Error('the disk is full');
  });
  await expect(writing).rejects.toThrow('the disk is full');
  expect([readFileSync(path, 'utf8'), readdirSync(folder)]).toEqual(['before', ['acme.csv']]);
});

test('what is no file is written as it is', async () => {
  const written: string[] = [];
  await writeWhole('/dev/null', (path) => Promise.resolve(void written.push(path)));
  expect(written).toEqual(['/dev/null']);
});
