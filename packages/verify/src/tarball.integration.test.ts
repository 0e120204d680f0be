import {
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runToEnd } from '../../../test/run-to-end';
import { witnessOf } from './signing.fixture';

const root = resolve(__dirname, '../../..');
let folder: string;
let unpacked: string;
let packages: string[];

type Run = { cwd: string; input?: Buffer };

const run = (command: string, args: readonly string[], { cwd, input }: Run) => {
  const { status, stdout, stderr } = runToEnd(command, args, { cwd, ...(input && { input }) });
  return { status, stdout, stderr };
};

/** As its page says: two packages, installed without a network and without a cache of npm's. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tollgate-verify-'));
  for (const source of [resolve(__dirname, '..'), join(root, 'node_modules/decimal.js')])
    expect(run('npm', ['pack', '--silent', '--pack-destination', folder, source], { cwd: root })).toMatchObject({
      status: 0,
    });
  packages = readdirSync(folder).map((name) => `./${name}`);
  const [cache, prefix] = [join(folder, 'cache'), join(folder, 'installed')];
  const install = ['install', '--global', '--offline', '--cache', cache, '--prefix', prefix, ...packages];
  expect(run('npm', install, { cwd: folder })).toMatchObject({ status: 0 });
  unpacked = join(prefix, 'lib/node_modules/@tollgate/verify');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const verify = (args: readonly string[], input?: Buffer) =>
  run(process.execPath, ['bin/tollgate-verify.js', ...args], { cwd: unpacked, ...(input && { input }) });
const proofs = ['--key', 'example/key.pub', '--checkpoint', 'example/checkpoint'];

test('the package needs decimal.js and Node, and holds no tests', () => {
  const { dependencies } = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8')) as { dependencies: object };
  expect(Object.keys(dependencies)).toEqual(['decimal.js']);
  const names = readdirSync(unpacked, { recursive: true }).map(String);
  expect(names.filter((name) => name.startsWith('dist') && /test|fixture/.test(name))).toEqual([]);
});

/** The lines of the page's commands that need nothing but what lies beside it. */
const pageCommands = (): string[] =>
  [...readFileSync(join(unpacked, 'README.md'), 'utf8').matchAll(/```sh\n(.*?)```/gs)]
    .flatMap(([, block = '']) => block.trimEnd().split('\n'))
    .filter((line) => !/^(alias )?tollgate-verify/.test(line));

test('the commands of its page used to fail as they stand: they run in a folder with what an auditor is given', () => {
  const given = join(folder, 'given');
  mkdirSync(given);
  for (const name of packages) copyFileSync(join(folder, name), join(given, name));
  copyFileSync(join(root, 'infra/verify/tollgate_verify.py'), join(given, 'tollgate_verify.py'));
  const commands = pageCommands();
  expect(commands.map((line) => line.split(' ', 1)[0])).toEqual([
    ...['npm', 'tar', './tv/node_modules/.bin/tollgate-verify', 'python3', 'tail'],
    ...['./tv/node_modules/.bin/tollgate-verify', './tv/node_modules/.bin/tollgate-verify'],
  ]);
  const environment = { ...process.env, npm_config_offline: 'true', npm_config_cache: join(folder, 'other-cache') };
  for (const command of commands) {
    const { status, stdout, stderr } = runToEnd('sh', ['-c', command], {
      cwd: given,
      env: environment,
    });
    expect([command, status, stderr]).toEqual([command, 0, '']);
    if (command.includes('verify ')) expect(stdout).toMatch(/(^|\n)0 differences.*\n$/);
  }
});

test('a whole export ends with 0, and says what is proven', () => {
  const args = ['example/export.ndjson', ...proofs, '--checkpoint', 'example/checkpoint-earlier', '--balances'];
  const { status, stdout } = verify(args);
  expect(stdout).toBe(
    [
      'acme EUR inbound 99.9999999999 outbound 0 mutual -99.9999999999',
      'globex USD inbound 20 outbound -10 mutual 30',
      'initech EUR inbound 0 outbound 1 mutual 1',
      '23 events of 3 accounts, root EmPTL3THQNTgg4oG8UyN047N5Zkc561reOMl7+GXnW4=; the first 23 are proven by example/checkpoint.',
      '0 differences in 23 events and 10 blocks and unblocks.\n',
    ].join('\n'),
  );
  expect(status).toBe(0);
});

test('a checkpoint that no witness cosigned ends with 1, and says which', () => {
  const { status, stdout } = verify(['example/export.ndjson', ...proofs, '--witness', witnessOf(7).line]);
  const what = '  example/checkpoint: witness witness.example/w1 has not cosigned it\n';
  expect([status, stdout]).toEqual([1, expect.stringContaining(what)]);
});

test('one that was tampered with ends with 1, and says what and where', () => {
  const text = readFileSync(join(unpacked, 'example/export.ndjson'), 'utf8');
  const input = Buffer.from(text.replace('"99.9999999999"', '"99.9999999998"'));
  const { status, stdout } = verify(['-', ...proofs, '--json'], input);
  expect(status).toBe(1);
  const { findings } = JSON.parse(stdout) as { findings: { line?: number; checkpoint?: string }[] };
  expect(findings.map(({ line, checkpoint }) => checkpoint ?? line)).toEqual(
    expect.arrayContaining([12, 'example/checkpoint']),
  );
});

test('a verdict that cannot be written ended with a stack, and with 1 as if something differed', () => {
  const full = openSync('/dev/full', 'w');
  const { status, stderr } = runToEnd(process.execPath, ['bin/tollgate-verify.js', 'example/export.ndjson'], {
    cwd: unpacked,
    stdio: ['ignore', full, 'pipe'],
  });
  closeSync(full);
  expect([status, stderr]).toEqual([2, 'tollgate-verify: ENOSPC: no space left on device, write\n']);
});

const hiding = 'p\u001b[2K\u001b[1A\r\u202e\n0 differences in 3 events.';

/** Two events of one payment, whose id would take a finding off the screen and write a verdict in its place. */
const hidden = ['AccountOpened', 'PaymentRecorded', 'PaymentRecorded']
  .map((type, revision) => {
    const data = { accountId: 'a', currency: 'EUR', direction: 'inbound', amount: '1', paymentId: hiding };
    const times = { recordedAt: '2026-01-31T12:00:00.000Z', receivedAt: '2026-01-31T12:00:00.000Z' };
    return `${JSON.stringify({ stream: 'account-a', revision, eventId: `e-${String(revision)}`, type, ...times, data })}\n`;
  })
  .join('');

test('an id could take a finding off the screen of the auditor, and write lines of its own', () => {
  const { status, stdout } = verify(['-'], Buffer.from(hidden));
  expect([status, stdout.split('\n')[0]]).toEqual([1, expect.stringContaining('payment p\ufffd[2K')]);
  expect(stdout.match(/[\p{Cc}\p{Cf}]/gu)?.join('')).toMatch(/^\n+$/);
});

test.each<[what: string, args: string[], says: string]>([
  ['no export', [], 'name the file with the export'],
  ['an export that is not there', ['missing.ndjson'], 'missing.ndjson: no such file'],
  ['a key that is none', ['example/export.ndjson', ...proofs, '--key', 'example/checkpoint'], 'it is no public key'],
  ['a checkpoint that is none', ['example/export.ndjson', '--checkpoint', 'example/key.pub'], 'it is no checkpoint'],
  ['a key and nothing to check with it', ['example/export.ndjson', '--key', 'example/key.pub'], 'no --checkpoint'],
  [
    'the key of who signs, given as that of a witness',
    ['example/export.ndjson', ...proofs, '--witness', 'example/key.pub'],
    'it is no key of a witness',
  ],
  ['a witness and nothing that it may have cosigned', ['example/export.ndjson', '--witness', 'x'], 'no --checkpoint'],
  [
    'a proof without what it is of',
    ['example/key.pub', '--inclusion', 'example/inclusion.json'],
    'the one --checkpoint',
  ],
  ['a proof of many lines', ['example/export.ndjson', '--inclusion', 'example/inclusion.json', ...proofs], 'one line'],
  ['a proof between one', ['--consistency', 'example/consistency.json', ...proofs], 'the two --checkpoint'],
  ['a proof that is none', ['example/key.pub', '--inclusion', 'example/checkpoint', ...proofs], 'it is no proof'],
  ['an option that it does not have', ['example/export.ndjson', '--kee', 'x'], 'there is no option --kee'],
])('with %s it ends with 2 and says so', (_, args, says) => {
  const { status, stderr } = verify(args);
  expect([status, stderr]).toEqual([2, expect.stringContaining(says)]);
  expect(stderr).not.toContain('    at ');
});

test('a single line, and the growth from one checkpoint to another, are checked with a proof', () => {
  const lines = readFileSync(join(unpacked, 'example/export.ndjson'), 'utf8').split('\n');
  writeFileSync(join(folder, 'line'), `${String(lines[22])}\n`);
  const inclusion = ['--inclusion', 'example/inclusion.json', ...proofs];
  const ledger = 'tollgate/f00ba706-7cd3-47ed-bebe-ee5636ce65dc';
  expect(verify([join(folder, 'line'), ...inclusion])).toMatchObject({
    ...{ status: 0, stdout: `0 differences: line 23 of 23 of ${ledger} is as it was signed.\n` },
  });
  const consistency = ['--consistency', 'example/consistency.json', ...proofs];
  expect(verify([...consistency, '--checkpoint', 'example/checkpoint-earlier'])).toMatchObject({
    ...{ status: 0, stdout: `0 differences: 23 lines of ${ledger} continue 10.\n` },
  });

  writeFileSync(join(folder, 'line'), String(lines[22]).replace('"amount":"0"', '"amount":"0.0"'));
  const { status, stdout } = verify([join(folder, 'line'), ...inclusion, '--json']);
  expect([status, JSON.parse(stdout)]).toEqual([
    1,
    {
      findings: [{ checkpoint: 'example/checkpoint', what: 'the line is not the one that was signed as line 23' }],
      notes: [],
    },
  ]);
});
