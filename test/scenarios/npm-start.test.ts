import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { get } from './support/api';
import { freePort } from '../../infra/child-server';
import { runInTerminal } from './support/terminal';
import type { Terminal } from './support/terminal';
import { createDataFolder } from './support/tollgate-process';
import { until } from './support/until';

const root = resolve(__dirname, '../..');
const startTimeoutMs = 120_000;

let terminal: Terminal | undefined;
afterEach(() => terminal?.close());

const run = async (...command: string[]): Promise<Terminal> => {
  const data = await createDataFolder();
  const settings = { TOLLGATE_PORT: '0', TOLLGATE_DATA: data, KAFKA_BROKERS: '' };
  terminal = await runInTerminal(command, { cwd: root, env: { ...process.env, ...settings } });
  return terminal;
};

const isGone = async (url: string): Promise<void> => {
  await expect(get(url, '/healthz')).rejects.toThrow('ECONNREFUSED');
};

/** `npm start` in a terminal, once Tollgate listens. */
const start = async () => {
  const opened = await run('npm', 'start');
  const [, url = ''] = await opened.untilShown(/listens on (http:[^\s,]+)/, startTimeoutMs);
  return { ...opened, url };
};

test('`npm ci` warns of nothing: it used to say that a part of Fastify wanted a newer Node', () => {
  const { status, stdout, stderr } = spawnSync('npm', ['ci', '--dry-run', '--offline', '--no-audit'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect([status, `${stdout}${stderr}`.split('\n').filter((line) => line.startsWith('npm '))]).toEqual([0, []]);
});

describe('npm start in a terminal', () => {
  test('shows nothing of the tools that build before its first line, where it used to list packages and caches', async () => {
    // The first build says that it takes a while.
    await (
      await run('npm', 'run', '--silent', 'build')
    ).ended;
    const { screen } = await start();
    const lines = screen().slice(0, screen().indexOf('Tollgate listens')).split('\n');
    expect(lines.filter((line) => line !== '' && !line.startsWith('> '))).toEqual([]);
  });

  test('SIGTERM to npm, as a supervisor sends it, stops Tollgate in order', async () => {
    const { url, signal, ended, screen } = await start();
    signal('SIGTERM');
    await ended;
    expect(screen()).toContain('Tollgate has stopped');
    await isGone(url);
  });

  test('Ctrl-C, which comes from the terminal and again from npm, stops in order, where it used to kill', async () => {
    const { url, pressCtrlC, ended, screen } = await start();
    pressCtrlC();
    await ended;
    expect(screen()).toContain('Tollgate has stopped');
    await isGone(url);
  });

  test('Ctrl-C twice within a second still stops in order; a later one ends it at once', async () => {
    const { url, pressCtrlC, ended, screen } = await start();
    // Half a request, which a stop waits for.
    const client = connect(Number(new URL(url).port), '127.0.0.1', () =>
      client.write(
        'POST /v1/payments HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
      ),
    ).on('error', () => undefined);
    await until('it is on its way', () => client.bytesWritten > 0);
    await delay(200);
    const startedAt = Date.now();
    pressCtrlC();
    await delay(500);
    pressCtrlC();
    await delay(700);
    expect(client.destroyed).toBe(false);
    pressCtrlC();
    await ended;
    expect(Date.now() - startedAt).toBeLessThan(2_500);
    expect(screen()).not.toContain('Tollgate has stopped');
    client.destroy();
  });
});

describe('npm run kafka', () => {
  const isTaken = async (port: number): Promise<boolean> => {
    const client = connect(port, '127.0.0.1');
    const isConnected = await once(client, 'connect').then(
      () => true,
      () => false,
    );
    client.destroy();
    return isConnected;
  };

  /** A broker with a port and a folder of its own, and whether it runs. */
  const prepare = async () => {
    const port = await freePort();
    const data = join(await createDataFolder(), 'kafka');
    const hasBroker = (): Promise<boolean> => isTaken(port);
    return { command: ['npm', 'run', 'kafka', '--', '--port', String(port), '--data', data] as const, hasBroker, data };
  };

  test('a second one on the same folder is refused, and the first goes on: both used to end', async () => {
    const { command, hasBroker, data } = await prepare();
    const opened = await run(...command);
    await opened.untilShown(/Kafka is ready/, startTimeoutMs);
    const other = await run('npm', 'run', 'kafka', '--', '--port', String(await freePort()), '--data', data);
    await other.ended;
    expect(other.screen()).toMatch(/Another broker \(process \d+\) runs on .*: stop it, or choose another folder/s);
    expect(await hasBroker()).toBe(true);
    opened.pressCtrlC();
    await opened.ended;
  });

  test('stopped by SIGTERM, as a supervisor stops it, takes its broker along, which used to stay', async () => {
    const { command, hasBroker } = await prepare();
    const [npm, ...parameters] = command;
    const child = spawn(npm, parameters, { cwd: root, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    try {
      await until('Kafka is ready', () => output.includes('Kafka is ready'), startTimeoutMs);
      expect(await hasBroker()).toBe(true);
      child.kill('SIGTERM');
      await until('the broker is gone', async () => !(await hasBroker()));
    } finally {
      if (await hasBroker()) process.kill(-(child.pid ?? 0), 'SIGKILL');
    }
  });

  test.each([
    ['Ctrl-C', ({ pressCtrlC }: Terminal) => pressCtrlC()],
    ['SIGTERM', ({ signal }: Terminal) => signal('SIGTERM')],
  ])('stopped in a terminal by %s takes its broker along', async (_how, stop) => {
    const { command, hasBroker } = await prepare();
    const opened = await run(...command);
    await opened.untilShown(/Kafka is ready/, startTimeoutMs);
    expect(await hasBroker()).toBe(true);
    stop(opened);
    await opened.ended;
    await until('the broker is gone', async () => !(await hasBroker()));
    expect(opened.screen()).toContain('Stopping the Kafka broker');
  });
});
