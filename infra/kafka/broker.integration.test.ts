import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { startBroker } from './broker';

const startTimeoutMs = 120_000;

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const untilGone = async (pid: number): Promise<void> => {
  const deadline = Date.now() + 20_000;
  while (isAlive(pid)) {
    if (Date.now() > deadline) throw new Error(`process ${String(pid)} is still there`);
    await sleep(50);
  }
};

/** Of the brokers that are not stopped in order, which alone removes a folder of their own. */
let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tollgate-broker-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

/** A process that starts a broker and says its process id. */
const startParent = async () => {
  const library = JSON.stringify(join(__dirname, 'broker.js'));
  const options = JSON.stringify({ dataDir });
  const program = `require(${library}).startBroker(${options}).then(({ pid }) => { console.log(pid); setInterval(() => {}, 1000); })`;
  const parent = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  return { parent, brokerPid: Number(line.toString()) };
};

describe('the local broker', () => {
  it(
    'does not outlive the process that started it, even when that is killed',
    async () => {
      const { parent, brokerPid } = await startParent();
      expect(isAlive(brokerPid)).toBe(true);
      parent.kill('SIGKILL');
      await untilGone(brokerPid);
    },
    startTimeoutMs,
  );

  it(
    'leaves no process and no folder once stopped',
    async () => {
      const broker = await startBroker();
      await broker.stop();
      await expect(broker.exited).resolves.toMatch(/exit code|SIGTERM/);
      expect(isAlive(broker.pid)).toBe(false);
      expect(existsSync(broker.dataDir)).toBe(false);
    },
    startTimeoutMs,
  );

  it(
    'says so when its port is taken',
    async () => {
      const other = createServer().listen(0, '127.0.0.1');
      await once(other, 'listening');
      const { port } = other.address() as AddressInfo;
      await expect(startBroker({ port, dataDir })).rejects.toThrow('its port is taken');
      other.close();
    },
    startTimeoutMs,
  );
});
