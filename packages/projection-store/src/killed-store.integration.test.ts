import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { FolderInUse, openProjectionStore } from './index';

let path: string;

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'tollgate-store-'));
});

afterEach(() => rm(path, { recursive: true }));

type Committing = { child: ChildProcessByStdio<null, Readable, null>; said(): number };

/** Another process that commits for ever; `said` is the last position it has said to be committed. */
const startCommitting = async (): Promise<Committing> => {
  const program = join(__dirname, 'commit-and-report.fixture.js');
  const child = spawn(process.execPath, [program, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (text) => (output += String(text)));
  await once(child.stdout, 'data');
  return { child, said: () => Number(output.split('\n').at(-2)) };
};

const kill = async ({ child }: Committing): Promise<void> => {
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
};

describe('a process killed while it commits', () => {
  test('has lost nothing that it had committed, and committed nothing by half, 5 times over', async () => {
    for (const delayMs of [0, 13, 29, 47, 71]) {
      const committing = await startCommitting();
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      await kill(committing);
      const store = await openProjectionStore({
        path,
        version: 1,
        onDropped: (reason) => {
          throw new Error(reason);
        },
      });
      const position = String(store.position());
      expect([store.get('first'), store.get('second')]).toEqual([position, position]);
      expect(Number(position)).toBeGreaterThanOrEqual(committing.said());
      await store.close();
    }
  });

  test('keeps others out until it is dead', async () => {
    const committing = await startCommitting();
    await expect(openProjectionStore({ path, version: 1 })).rejects.toThrow(FolderInUse);
    await kill(committing);
    const store = await openProjectionStore({ path, version: 1 });
    expect(Number(store.position())).toBeGreaterThanOrEqual(committing.said());
    await store.close();
  });
});
