import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createDataFolder } from '../../scenarios/support/tollgate-process';
import { until } from '../../scenarios/support/until';

const proofs = resolve(__dirname, '..');
const limitMs = 120_000;

const runningIn = (folder: string): string[] =>
  spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((line) => line.includes(folder));

/** A proof whose temporary folders are all in one, and which shows in the list of processes by it. */
const startProof = async (parameters: readonly string[], environment: NodeJS.ProcessEnv = {}) => {
  const folder = await createDataFolder();
  const child = spawn(process.execPath, parameters, {
    cwd: proofs,
    env: { ...process.env, ...environment, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { folder, child, ended, output: () => output };
};

const tollgate = /tollgate\.js serve|crashing-node\.js/;
const broker = /kafka\.Kafka/;

describe('a proof that is interrupted', () => {
  test.each([
    { program: 'crash/run.js', processes: [tollgate, broker], signal: 'SIGTERM', code: 143 },
    { program: 'crash/run.js', processes: [tollgate, broker], signal: 'SIGINT', code: 130 },
    { program: 'crash/run.js', processes: [broker], signal: 'SIGTERM', code: 143 },
    { program: 'fuzz/run.js', processes: [tollgate, broker], signal: 'SIGTERM', code: 143 },
    { program: 'fuzz/run.js', processes: [tollgate], signal: 'SIGHUP', code: 129 },
  ] as const)(
    '$program, by $signal while $processes runs: it ends with $code, and no process and no folder is left',
    async ({ program, processes, signal, code }) => {
      const options = processes.some((one) => one === broker) ? [] : ['--no-kafka'];
      const { folder, child, ended, output } = await startProof([program, ...options]);
      await until(
        'it is at work',
        () => processes.every((one) => runningIn(folder).some((line) => one.test(line))),
        limitMs,
      );
      child.kill(signal);
      child.kill(signal);
      expect(await ended).toBe(code);
      expect([output(), runningIn(folder)]).toEqual([expect.stringMatching(/seed \d+(, numbers sealed)?\s*$/), []]);
      expect(await readdir(folder)).toEqual([]);
    },
    limitMs,
  );
});

describe('a proof that fails', () => {
  const proof = (prove: string): string[] => [
    '-e',
    `void require('./proof').runProof({ name: 'try', seed: 7, prove: async ({ path, keep }) => { ${prove} } })`,
  ];

  test('for a broken promise says which, keeps its folder, and says where', async () => {
    const { folder, ended, output } = await startProof(proof('throw new Error("P1: p-1 is lost");'));
    expect(await ended).toBe(1);
    const [kept = ''] = await readdir(folder);
    expect(output()).toBe(`seed 7: P1: p-1 is lost\nthe data is kept in ${join(folder, kept)}\n`);
  });

  test('has found something before it is interrupted: its folder is kept', async () => {
    const { folder, child, ended, output } = await startProof(
      proof(
        'keep(); setInterval(() => undefined, 1_000); process.stdout.write("found"); await new Promise(() => undefined);',
      ),
    );
    await until('it has found something', () => output() === 'found');
    child.kill('SIGTERM');
    expect(await ended).toBe(143);
    expect(await readdir(folder)).toHaveLength(1);
  });

  test.each(['crash/run.js', 'fuzz/run.js'])(
    '%s without Java says what is missing, in words, with 2, and leaves nothing',
    async (program) => {
      const { folder, ended, output } = await startProof([program], { JAVA_HOME: '/nowhere' });
      expect(await ended).toBe(2);
      expect(output()).toMatch(/needs Java 17 or newer .* was found\.\n$/);
      expect(output()).not.toMatch(/^ +at /m);
      expect(await readdir(folder)).toEqual([]);
    },
  );
});
