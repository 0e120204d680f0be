import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderInUse, lockFolder } from './index';

const root = mkdtempSync(join(tmpdir(), 'tollgate-lock-'));
let count = 0;
const newPath = (): string => join(root, String((count += 1)), 'lock');

afterAll(() => {
  rmSync(root, { recursive: true });
});

const program = `
  const { lockFolder } = require('@tollgate/folder');
  lockFolder(process.argv[1]).then(() => {
    console.log('locked');
    setInterval(() => undefined, 1_000);
  });
`;

const lockElsewhere = async (path: string) => {
  const child = spawn(process.execPath, ['-e', program, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return async (): Promise<void> => {
    child.kill('SIGKILL');
    await once(child, 'close');
  };
};

describe('a locked folder', () => {
  test('is refused to another process, until the one that has it is killed', async () => {
    const path = newPath();
    const kill = await lockElsewhere(path);
    await expect(lockFolder(path)).rejects.toThrow(FolderInUse);
    await expect(lockFolder(path)).rejects.toThrow(
      `another process is using ${path}; stop it first, or give this one a folder of its own`,
    );
    await kill();
    await (await lockFolder(path)).release();
  });

  test('is refused to the same process too, until it is released', async () => {
    const path = newPath();
    const lock = await lockFolder(path);
    await expect(lockFolder(path)).rejects.toThrow(FolderInUse);
    await lock.release();
    await (await lockFolder(path)).release();
  });

  test.each(['CURRENT', 'MANIFEST-000002', 'everything'])('is locked also where %s is damaged', async (damaged) => {
    const path = newPath();
    await (await lockFolder(path)).release();
    for (const name of readdirSync(path))
      if (name === damaged || damaged === 'everything') writeFileSync(join(path, name), 'damaged');
    const lock = await lockFolder(path);
    await expect(lockFolder(path)).rejects.toThrow(FolderInUse);
    await lock.release();
  });

  test('takes next to no room, however often it is locked', async () => {
    const path = newPath();
    for (let times = 0; times < 20; times += 1) await (await lockFolder(path)).release();
    expect(readdirSync(path).length).toBeLessThan(10);
  });
});
