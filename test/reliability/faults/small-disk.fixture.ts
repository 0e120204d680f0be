import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A disk with little room for one process, which can be filled and then given room while the process runs. */
export type SmallDisk = {
  folder: string;
  /** Leaves so much room, a few megabytes unless said; what comes next fills it. */
  fill(pid: number, leftBytes?: number): void;
  /** Gives room again. */
  grow(pid: number): void;
  release(): void;
};

const mebibyte = 1 << 20;
const fewMegabytes = 2 * mebibyte;

const run = (command: string, ...parameters: string[]): void => {
  const { status, stderr, error } = spawnSync(command, parameters, { encoding: 'utf8' });
  if (error !== undefined || status !== 0)
    throw new Error(`${command} ${parameters.join(' ')} failed: ${error?.message ?? stderr}`);
};

const succeeds = (act: () => void): boolean => {
  try {
    act();
    return true;
  } catch {
    return false;
  }
};

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'tollgate-small-disk-'));

/** A file system of its own, in memory: ENOSPC once it is full. */
const mountedDisk = (): SmallDisk => {
  const folder = newFolder();
  run('mount', '-t', 'tmpfs', '-o', 'size=40m', 'tmpfs', folder);
  return {
    folder,
    fill: (_pid, leftBytes = fewMegabytes) => {
      const { bavail, bsize } = statfsSync(folder);
      writeFileSync(join(folder, 'ballast'), Buffer.alloc(Math.max(0, bavail * bsize - leftBytes), 1), { flag: 'a' });
    },
    grow: () => {
      run('mount', '-o', 'remount,size=160m', folder);
    },
    release: () => {
      // Lazily: a process that a failed test left behind must not keep it mounted.
      run('umount', '--lazy', folder);
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const largestFileBytes = (folder: string): number =>
  Math.max(
    0,
    ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => {
      const path = join(folder, name);
      const found = existsSync(path) ? statSync(path) : undefined;
      return found?.isFile() ? found.size : 0;
    }),
  );

/** A limit on the size of the process's files instead, where nothing may be mounted: EFBIG once a file has reached it. */
const limitedDisk = (): SmallDisk => {
  const folder = newFolder();
  const limit = (pid: number, soft: string): void => {
    run('prlimit', '--pid', String(pid), `--fsize=${soft}:unlimited`);
  };
  return {
    folder,
    fill: (pid, leftBytes = fewMegabytes) => {
      limit(pid, String(largestFileBytes(folder) + leftBytes));
    },
    grow: (pid) => {
      limit(pid, 'unlimited');
    },
    release: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const canMount = succeeds(() => {
  mountedDisk().release();
});
const canLimit = succeeds(() => {
  run('prlimit', '--pid', String(process.pid), '--fsize=unlimited:unlimited');
});

/** How this machine lets a disk be full; where it does not, the tests are reported as skipped and why. */
const createSmallDisk: (() => SmallDisk) | undefined = canMount ? mountedDisk : canLimit ? limitedDisk : undefined;

export const describeOnSmallDisk = createSmallDisk === undefined ? describe.skip : describe;
if (createSmallDisk === undefined)
  process.stderr.write(
    'Skipped: this machine allows neither a mount nor a limit on file size, so no disk can be full\n',
  );

export const smallDisk = (): SmallDisk => {
  if (createSmallDisk === undefined) throw new Error('no disk of this machine can be full');
  return createSmallDisk();
};

/** Makes a folder one that this user cannot write to. Root writes anywhere but on what is mounted read-only. */
export const makeReadOnly = (folder: string): { release(): void } => {
  if (process.getuid?.() !== 0) {
    chmodSync(folder, 0o555);
    return {
      release: () => {
        chmodSync(folder, 0o755);
      },
    };
  }
  run('mount', '--bind', folder, folder);
  run('mount', '-o', 'remount,bind,ro', folder);
  return {
    release: () => {
      run('umount', '--lazy', folder);
    },
  };
};
