import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { OldFolderInUse, lockLmdbLog, readRelayPosition } from './index';
import { createFolder, removeFolders } from './old-log.fixture';

afterEach(removeFolders);

const storeOf = async (entries: Record<string, string>): Promise<string> => {
  const path = join(await createFolder(), 'traffic-relay');
  const level = new ClassicLevel(path);
  for (const [key, value] of Object.entries(entries)) await level.put(key, value);
  await level.close();
  return path;
};

test('the position of a relay is what its store holds', async () => {
  const path = await storeOf({ '!version': '1', '!position': '12345678901234567' });
  expect(await readRelayPosition(path)).toBe(12_345_678_901_234_567n);
});

test('a relay that never ran, or has published nothing, has no position', async () => {
  expect(await readRelayPosition(join(await createFolder(), 'traffic-relay'))).toBeUndefined();
  expect(await readRelayPosition(await storeOf({ '!version': '1' }))).toBeUndefined();
});

test('a damaged store is no relay that never ran', async () => {
  const path = await storeOf({ '!version': '1', '!position': '7' });
  await writeFile(join(path, 'CURRENT'), 'MANIFEST-999999\n');
  await expect(readRelayPosition(path)).rejects.toThrow(`${path} is damaged`);
});

test('the lock keeps another holder out until it is released', async () => {
  const folder = await createFolder();
  const lock = await lockLmdbLog(folder);
  await expect(lockLmdbLog(folder)).rejects.toThrow(OldFolderInUse);
  await lock.release();
  await (await lockLmdbLog(folder)).release();
});

test('a damaged index, which nobody can have open, is left as it is', async () => {
  const folder = await createFolder();
  const current = join(folder, 'streams', 'CURRENT');
  await (await lockLmdbLog(folder)).release();
  await writeFile(current, 'MANIFEST-999999\n');
  await (await lockLmdbLog(folder)).release();
  expect(await readFile(current, 'utf8')).toBe('MANIFEST-999999\n');
});
