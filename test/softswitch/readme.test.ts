import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { get } from '../scenarios/support/api';
import type { Fields } from '../scenarios/support/api';
import { root, section, shellBlocks } from '../scenarios/support/readme';
import { cleanEnvironment } from '../scenarios/support/tollgate-process';
import { until } from '../scenarios/support/until';
import { missingSwitch } from './support/chain';

const withSwitch = missingSwitch() === undefined || process.env['CI'] === 'true' ? describe : describe.skip;

/** A checkout beside this one, with what is installed and built here and no data. */
const cloneHere = (): string => {
  const clone = mkdtempSync(join(tmpdir(), 'tollgate-clone-'));
  // PostgreSQL does not run as root, and must be let in as somebody else.
  chmodSync(clone, 0o755);
  const without = new Set(['node_modules', '.git', '.cache', '.turbo', 'data', 'agent-state']);
  cpSync(root, clone, { recursive: true, filter: (path) => !without.has(basename(path)) });
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
  return clone;
};

/** A line as it is typed into a terminal of its own. */
const type = (line: string, cwd: string) => {
  const child = spawn('bash', ['-c', line], { cwd, detached: true, env: cleanEnvironment() });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = once(child, 'close');
  return {
    output: () => output,
    exited,
    /** Ctrl-C goes to everything in the terminal. */
    interrupt: async (): Promise<void> => {
      if (child.exitCode === null) process.kill(-(child.pid ?? 0), 'SIGINT');
      await exited;
    },
  };
};

const isTaken = async (port: number): Promise<boolean> => {
  const socket = connect({ host: '127.0.0.1', port });
  const taken = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return taken;
};
const takenPorts = async (): Promise<number[]> => {
  const taken: number[] = [];
  for (const port of [9092, 5432, 8400, 5060, 8448, 8449, 8410]) if (await isTaken(port)) taken.push(port);
  return taken;
};

withSwitch('“Put it in front of a switch”', () => {
  const [servers = '', commands = ''] = shellBlocks(section('## Put it in front of a switch', '## Rating calls'));
  const lines = (block: string): string[] => block.trim().split('\n');
  const ready = [
    'Kafka is ready',
    'PostgreSQL is ready',
    'Tollgate listens',
    'Kamailio takes SIP',
    'The switch has everything',
    'Answers every call',
  ];
  let clone: string;
  const terminals: ReturnType<typeof type>[] = [];
  beforeAll(() => {
    clone = cloneHere();
  });
  afterAll(async () => {
    for (const terminal of terminals.reverse()) await terminal.interrupt();
    rmSync(clone, { recursive: true, force: true });
  }, 60_000);

  test('its ten lines, typed as they stand, end in a call that is cut and charged, and in one that is refused', async () => {
    expect([await takenPorts(), lines(servers).length, lines(commands).length]).toEqual([[], ready.length, 4]);
    for (const [index, line] of lines(servers).entries()) {
      const terminal = type(line, clone);
      terminals.push(terminal);
      await until(
        `${line}: ${ready[index] ?? ''}`,
        () => terminal.output().includes(ready[index] ?? ''),
        150_000,
      ).catch((error: unknown) => {
        throw new Error(`${String(error)}\n${terminal.output()}`);
      });
    }
    const outputs: string[] = [];
    const run = async (line: string): Promise<void> => {
      const typed = type(line, clone);
      await typed.exited;
      outputs.push(typed.output());
    };
    for (const line of lines(commands)) await run(line);
    const [initech, acme, paid, call = ''] = outputs;
    expect([initech, acme, paid]).toEqual([
      expect.stringContaining('initech'),
      expect.stringContaining('acme'),
      expect.stringContaining('"duplicate":false'),
    ]);
    const [, seconds] = /Cut by the switch after ([\d.]+) s: SIP;cause=402/.exec(call) ?? [];
    expect([call, Math.abs(Number(seconds) - 5) <= 0.8]).toEqual([
      expect.stringContaining('441234 has answered'),
      true,
    ]);
    await until('it is charged', async () => {
      const { totals } = (await get('http://127.0.0.1:8400', '/v1/accounts/acme')).body as { totals: Fields };
      return Number((totals['inbound'] as { usage: string }).usage) >= 0.05;
    });
    await run(lines(commands)[3] ?? '');
    expect(outputs[4]).toContain('Refused: 402 Q.850;cause=21');
  }, 400_000);

  test('Ctrl-C in each terminal leaves nothing running', async () => {
    for (const terminal of terminals.splice(0).reverse()) await terminal.interrupt();
    expect(await takenPorts()).toEqual([]);
  }, 60_000);
});
