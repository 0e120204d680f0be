import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCommand } from './command-process.fixture';

const key = '2026-08/acme.0123456789abcdef';
const tombstone = { at: '2026-11-28T00:00:00.000Z', actor: 'ann', reason: 'asked' };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tollgate-numbers-'));
  mkdirSync(join(folder, '2026-08'));
  writeFileSync(join(folder, key), Buffer.alloc(32));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const numbers = async (args: readonly string[], options = {}) => {
  const { ended, stdout, stderr } = startCommand(['numbers', ...args, '--number-keys', folder], options);
  return { code: await ended, text: stdout() + stderr() };
};
const shredding = ['shred', '--account', 'acme', '--yes', '--actor'];

test('a key that was still there beside its tombstone was listed as destroyed', async () => {
  writeFileSync(join(folder, `${key}.shredded`), JSON.stringify(tombstone));
  const listed = await numbers(['list']);
  expect(listed.text).toContain(`${tombstone.at}, unfinished`);
  expect(listed.text).toContain('the same shred finishes it');
  expect(JSON.parse((await numbers(['list', '--json'])).text)).toMatchObject({ shredded: tombstone, unfinished: true });
  expect((await numbers([...shredding, 'bob', '--reason', 'again'])).text).toContain('Destroyed 1 key');
  expect(existsSync(join(folder, key))).toBe(false);
  expect((await numbers(['list'])).text).not.toContain('unfinished');
  expect(JSON.parse((await numbers(['list', '--json'])).text)).not.toHaveProperty('unfinished');
});

test('each try to write where the disk is full left a file behind', async () => {
  const full = await numbers([...shredding, 'ann', '--reason', 'asked'], { fileBlocks: 0 });
  expect(full).toMatchObject({ code: 1, text: expect.stringContaining('EFBIG') as string });
  expect(readdirSync(join(folder, '2026-08'))).toEqual(['acme.0123456789abcdef']);
  expect((await numbers([...shredding, 'ann', '--reason', 'asked'])).code).toBe(0);
});

test.each([
  ['', 'asked'],
  ['ann', ' '],
])('by %j for %j keys were destroyed with a tombstone that tells nobody who or why', async (actor, reason) => {
  expect(await numbers([...shredding, actor, '--reason', reason])).toMatchObject({ code: 2 });
  expect(existsSync(join(folder, key))).toBe(true);
});

test.each([
  ['export', '--format', 'csv'],
  ['export', '--format', 'parquet', '--output', 'book.parquet'],
  ['statement', 'acme', '/dev/null'],
])('%s %s %s printed every number as sealed where the folder of keys was misspelt', async (...args) => {
  const missing = join(folder, 'misspelt');
  const { ended, stderr } = startCommand([...args, '--number-keys', missing]);
  expect([await ended, stderr()]).toEqual([2, expect.stringContaining(`${missing} is not there`)]);
});

test('a file in the place of the folder was served with, and listed as a fault of Node', async () => {
  const file = join(folder, key);
  const listed = startCommand(['numbers', 'list', '--number-keys', file]);
  expect([await listed.ended, listed.stderr()]).toEqual([2, expect.stringContaining(`${file} is no folder`)]);
  const served = startCommand(['serve', '--data', join(folder, 'data'), '--port', '0', '--number-keys', file]);
  expect([await served.ended, served.stderr()]).toEqual([2, expect.stringContaining('TOLLGATE_NUMBER_KEYS')]);
  expect(readFileSync(file)).toHaveLength(32);
});

test('an account that was mistyped was told as nothing to destroy, with 0; one whose keys are destroyed already still is', async () => {
  const mistyped = await numbers(['shred', '--account', 'amce', '--yes', '--actor', 'ann', '--reason', 'asked']);
  expect(mistyped).toMatchObject({
    code: 2,
    text: expect.stringContaining('--account amce: no key of it is or was') as string,
  });
  for (const says of ['Destroyed 1 key', 'Nothing to destroy'])
    expect(await numbers([...shredding, 'ann', '--reason', 'asked'])).toMatchObject({
      code: 0,
      text: expect.stringContaining(says) as string,
    });
  const older = await numbers([...shredding, 'ann', '--reason', 'asked', '--before', '2020-01']);
  expect(older).toMatchObject({ code: 0, text: expect.stringContaining('no key fits') as string });
});

test('a key that was mistyped was told as destroyed as if it had been there', async () => {
  const who = ['--actor', 'ann', '--reason', 'asked'];
  const mistyped = '2026-08/acme.0123456789abcdee';
  expect((await numbers(['shred', '--key', mistyped, ...who])).text).toContain('which is not there');
  expect((await numbers(['shred', '--key', key, ...who])).text).not.toContain('not there');
  expect(await numbers(['shred', '--key', key, '--account', 'globex', ...who])).toMatchObject({ code: 2 });
});
