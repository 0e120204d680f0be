import { mkdir, readFile, readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { runToEnd } from '../../../test/run-to-end';
import { place } from './audit.fixture';
import { makeSigningKey } from './signing-key';

const built = resolve(__dirname, '../dist/signing-key.js');

test('a first start on a full disk left a file without a key, which every later start refused', async () => {
  await mkdir(dirname(place.keyPath), { recursive: true });
  const script = 'require(process.argv[1]).makeSigningKey(process.argv[2])';
  const command = ['-c', 'ulimit -f 0; exec "$@"', 'sh', process.execPath, '-e', script, built, place.keyPath];
  const { status, stderr } = runToEnd('sh', command, { timeout: 30_000 });
  expect([status, stderr]).toEqual([1, expect.stringContaining('EFBIG')]);
  expect(await readdir(dirname(place.keyPath))).toEqual([]);
  makeSigningKey(place.keyPath);
  expect((await stat(place.keyPath)).mode & 0o777).toBe(0o600);
});

test('a key is never put over another', async () => {
  await mkdir(dirname(place.keyPath), { recursive: true });
  makeSigningKey(place.keyPath);
  const before = await readFile(place.keyPath, 'utf8');
  expect(() => {
    makeSigningKey(place.keyPath);
  }).toThrow('EEXIST');
  expect(await readFile(join(place.keyPath), 'utf8')).toBe(before);
  expect(await readdir(dirname(place.keyPath))).toEqual(['signing.pem']);
});
