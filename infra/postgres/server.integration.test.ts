import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

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
