import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPostgres } from './server';

const takesConnections = async (port: number): Promise<boolean> => {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
};

test('a server ends with whoever started it, however that ended', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'tollgate-postgres-'));
  const library = JSON.stringify(join(__dirname, 'server.js'));
  const script = `require(${library}).startPostgres({ dataDir: ${JSON.stringify(dataDir)} }).then(({ port }) => console.log(port))`;
  const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [printed] = (await once(parent.stdout, 'data')) as [Buffer];
  const port = Number(printed);
  expect(await takesConnections(port)).toBe(true);
  parent.kill('SIGKILL');
  const deadline = Date.now() + 20_000;
  while (await takesConnections(port)) {
    if (Date.now() > deadline) throw new Error(`the server on port ${String(port)} is still there`);
    await sleep(20);
  }
  await rm(dataDir, { recursive: true });
});

test('root is told which folder keeps the user of PostgreSQL out, and what to do; it used to be told of initdb alone', async () => {
  const closed = await mkdtemp(join(tmpdir(), 'tollgate-closed-'));
  const outcome = await startPostgres({ dataDir: join(closed, 'kept', 'data') }).then(
    ({ stop }) => stop().then(() => 'started'),
    (error: unknown) => String(error),
  );
  const isRoot = process.getuid?.() === 0;
  expect(outcome).toMatch(
    isRoot ? new RegExp(`may not enter ${closed}\\. Keep its data elsewhere \\(--data `) : /^started$/,
  );
  await rm(closed, { recursive: true });
});
