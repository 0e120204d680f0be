import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

jest.setTimeout(60_000);

const program = join(__dirname, 'run.js');
const base64 = (...parts: readonly Uint8Array[]): string => Buffer.concat(parts).toString('base64');
const sha256 = (...parts: readonly Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();

/** A ledger of one leaf or two that signs what it likes. */
const createLedger = (name: string) => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const typed = Buffer.concat([Buffer.of(1), Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')]);
  const id = sha256(Buffer.from(`${name}\n`), typed).subarray(0, 4);
  return {
    key: `${name}+${id.toString('hex')}+${typed.toString('base64')}`,
    note: (size: number, root: Uint8Array, origin = name): string => {
      const text = `${origin}\n${String(size)}\n${base64(root)}\n`;
      return `${text}\n\u2014 ${name} ${base64(id, sign(null, Buffer.from(text), privateKey))}\n`;
    },
  };
};
const ledger = createLedger('tollgate/a');
const [first, second, other] = ['1', '2', '3'].map((text) => sha256(Buffer.of(0), Buffer.from(text))) as [
  Buffer,
  Buffer,
  Buffer,
];
const both = sha256(Buffer.of(1), first, second);

let folder: string;
let running: (() => Promise<unknown>)[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tollgate-witness-'));
  running = [];
});
afterEach(async () => {
  for (const end of running) await end();
  await rm(folder, { recursive: true });
});
const state = (): string => join(folder, 'w1.json');

type Options = { fileBlocks?: number };

/** As an operator starts it; `fileBlocks`: what is beyond so many of 512 bytes fails as on a full disk. */
const start = (args: readonly string[], { fileBlocks }: Options = {}) => {
  const limit = fileBlocks === undefined ? '' : `ulimit -f ${String(fileBlocks)}; `;
  const command = ['-c', `${limit}exec "$@"`, 'sh', process.execPath, program, ...args];
  const child = spawn('sh', command, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const keep = (chunk: Buffer): void => void (output += chunk.toString());
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = once(child, 'close');
  running.push(() => {
    child.kill('SIGKILL');
    return ended;
  });
  return { child, ended, output: () => output };
};
const usual = (): string[] => ['--name', 'w1', '--state', state(), '--log', ledger.key, '--port', '0'];
const startWitness = async (args = usual(), options?: Options) => {
  const { child, ended, output } = start(args, options);
  const end = Date.now() + 20_000;
  while (!/TOLLGATE_WITNESSES=/.test(output())) {
    if (child.exitCode !== null || Date.now() > end) throw new Error(`it does not listen: ${output()}`);
    await new Promise((wait) => setTimeout(wait, 10));
  }
  const [, url = ''] = /'(\S+) /.exec(output()) ?? [];
  return {
    output,
    url,
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
    },
    ask: async (
      old: number,
      note: string,
      ...proof: readonly Uint8Array[]
    ): Promise<[status: number, text: string]> => {
      const body = [`old ${String(old)}`, ...proof.map((hash) => base64(hash)), '', note].join('\n');
      const answer = await fetch(`${url}/add-checkpoint`, { method: 'POST', body });
      return [answer.status, await answer.text()];
    },
  };
};
const refused = async (args: readonly string[], options?: Options): Promise<[code: unknown, output: string]> => {
  const { ended, output } = start(args, options);
  const [code] = (await ended) as unknown[];
  return [code, output()];
};
const cosigned = [200, expect.stringMatching(/^\u2014 w1 \S+\n$/)];

test('cosigns what continues what it has cosigned, and says why it does not of all else, also after it was killed', async () => {
  const before = await startWitness();
  expect(await before.ask(0, ledger.note(1, first))).toEqual(cosigned);
  await before.stop();
  const witness = await startWitness();
  expect(await witness.ask(0, ledger.note(1, first))).toEqual([409, '1\n']);
  expect(await witness.ask(1, ledger.note(1, first))).toEqual(cosigned);
  expect(await witness.ask(1, ledger.note(1, other))).toEqual([409, '1\n']);
  expect(await witness.ask(1, ledger.note(2, both), other)).toEqual([422, '']);
  expect(await witness.ask(1, ledger.note(2, other), second)).toEqual([422, '']);
  expect(await witness.ask(1, ledger.note(2, both))).toEqual([422, '']);
  expect(await witness.ask(1, ledger.note(2, both), second)).toEqual(cosigned);
  expect(await witness.ask(1, ledger.note(2, both), second)).toEqual([409, '2\n']);
  expect(await witness.ask(2, ledger.note(1, first))).toEqual([400, '']);
  expect(await witness.ask(0, ledger.note(1, first, 'tollgate/b'))).toEqual([404, '']);
  expect(await witness.ask(2, createLedger('tollgate/a').note(2, both))).toEqual([403, '']);
  expect(await witness.ask(2, ledger.note(2, both).replace('\n2\n', '\n3\n'))).toEqual([403, '']);
  for (const body of ['', 'old 2', 'old -1\n\nx', 'old 2\nAAAA\n\nx', 'x'.repeat(100_000)])
    expect((await fetch(`${witness.url}/add-checkpoint`, { method: 'POST', body })).status).toBe(400);
  expect((await fetch(`${witness.url}/add-checkpoint`)).status).toBe(404);
  expect((await fetch(`${witness.url}/../w1.json`, { method: 'POST', body: 'x' })).status).toBe(404);
});

test('a second one on the same state cosigned another history than the first', async () => {
  await (await startWitness()).ask(0, ledger.note(1, first));
  expect(await refused(usual())).toEqual([
    1,
    `--state ${state()}: another witness runs on it; stop it, or give this one a file of its own\n`,
  ]);
});

test('on a full disk it ended, and had cut off what it knew, its key with it', async () => {
  const long = `tollgate/a/${'x'.repeat(400)}`;
  const args = [...usual(), '--log', `${long} ${ledger.key}`];
  const full = await startWitness(args, { fileBlocks: 1 });
  expect(await full.ask(0, ledger.note(1, first))).toEqual(cosigned);
  for (const root of [first, other]) expect(await full.ask(0, ledger.note(1, root, long))).toEqual([500, '']);
  expect(full.output()).toContain('Nothing is cosigned: EFBIG');
  await full.stop();
  const witness = await startWitness(args);
  expect(await witness.ask(0, ledger.note(1, first))).toEqual([409, '1\n']);
  expect(await witness.ask(0, ledger.note(1, other, long))).toEqual(cosigned);
});

test('its state is for nobody else to read, and refused where others can read it', async () => {
  await (await startWitness()).stop();
  expect((await stat(state())).mode & 0o777).toBe(0o600);
  await chmod(state(), 0o644);
  expect(await refused(usual())).toEqual([
    1,
    `--state ${state()}: it holds a key, and can be read by others: chmod 600 ${state()}\n`,
  ]);
});

const replaced = (option: string, value: string): string[] => {
  const args = usual();
  args[args.indexOf(option) + 1] = value;
  return args;
};

test.each(['', 'null', '{}', '{"key":"secret","logs":{}}', 'secret', '[1]'])(
  'a state that holds %j was told with a stack trace, or replaced',
  async (text) => {
    await writeFile(state(), text, { mode: 0o600 });
    expect(await refused(usual())).toEqual([
      1,
      expect.stringMatching(/^--state \S+: it is no state of a witness, or was damaged: .*\n$/),
    ]);
    expect((await refused(usual()))[1]).not.toContain('secret');
    expect(await readFile(state(), 'utf8')).toBe(text);
  },
);

test.each([
  ['--log', '', 1, /^--log: it is no public key: .*first event.*cat signing\.pem\.pub/],
  ['--log', 'signing.pem.pub', 1, /^--log: it is no public key/],
  ['--log', `a b ${ledger.key}`, 1, /^--log: it is neither KEY nor ORIGIN KEY/],
  ['--log', `${ledger.key.slice(0, -2)}A=`, 1, /^--log: /],
  ['--state', '/proc/nowhere/w1.json', 1, /^--state \/proc\/nowhere\/w1\.json: ENOENT/],
  ['--state', '/dev', 1, /^--state \/dev: /],
  ['--port', '99999', 2, /^--port 99999: not a port/],
  ['--port', '-1', 2, /--port/],
  ['--name', '', 2, /^--name : no spaces/],
  ['--name', 'w,1', 2, /^--name w,1: no spaces, no \+ and no comma/],
])('%s %j was told with a stack trace, or taken', async (...[option, value, code, says]) => {
  const [ended, output] = await refused(replaced(option, value));
  expect([ended, output]).toEqual([code, expect.stringMatching(says)]);
  expect(output).not.toMatch(/^ {4}at /m);
});

test('a port that is taken was told with a stack trace', async () => {
  const { url } = await startWitness();
  const port = new URL(url).port;
  const args = replaced('--state', join(folder, 'w2.json'));
  args[args.indexOf('--port') + 1] = port;
  expect(await refused(args)).toEqual([
    1,
    expect.stringMatching(new RegExp(`^--port ${port}: it cannot listen there: .*EADDRINUSE.*\n$`)),
  ]);
});
