import { tmpdir } from 'node:os';
import { reasonOf, requireRoom } from './write-failure';

const folder = tmpdir();
const few = { folder, bytes: 0 };
const tooMany = { folder, bytes: 2 ** 60 };
const full = /^the disk of .+ is full \(\d+ bytes left\)$/;

test('a write is refused before it is begun where the disk has no room for it', () => {
  expect(() => {
    requireRoom(few);
  }).not.toThrow();
  expect(() => {
    requireRoom(tooMany);
  }).toThrow(full);
});

test('a write that failed is told by the disk only if that is full', () => {
  const failure = (code: string) => Object.assign(new Error('write failed'), { code });
  expect(reasonOf(failure('ENOSPC'), tooMany)).toMatch(full);
  expect(reasonOf(failure('EIO'), tooMany)).toMatch(full);
  expect(reasonOf(failure('EIO'), few)).toBe('write failed');
  expect(reasonOf(failure('EROFS'), tooMany)).toBe('write failed');
});

test('a folder that cannot be asked is not taken for full', () => {
  expect(() => {
    requireRoom({ folder: `${folder}/missing`, bytes: 2 ** 60 });
  }).not.toThrow();
});
