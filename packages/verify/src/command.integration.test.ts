import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { runToEnd } from '../../../test/run-to-end';
import { exampleText, lines } from './example.fixture';
import { keyOf } from './signing.fixture';
import { leafHash } from './tree';

const example = (name: string): string => resolve(__dirname, '../example', name);
const [exported, key, earlier, newest] = [
  example('export.ndjson'),
  example('key.pub'),
  example('checkpoint-earlier'),
  example('checkpoint'),
] as const;
const proofs = ['--key', key, '--checkpoint', newest];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tollgate-command-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** A file of this test's own. */
const written = (name: string, content: string | Buffer): string => {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
};

const run = (command: string, program: string, args: readonly string[]) => {
  const { status, stdout, stderr } = runToEnd(command, [program, ...args], { cwd: folder });
  return { status, stdout, stderr, last: stdout.trimEnd().split('\n').at(-1) ?? '' };
};
const first = (...args: string[]) => run(process.execPath, resolve(__dirname, '../bin/tollgate-verify.js'), args);
const second = (...args: string[]) =>
  run('python3', resolve(__dirname, '../../../infra/verify/tollgate_verify.py'), args);
const both = [
  ['the first verifier', first],
  ['the second verifier', second],
] as const;

describe.each(both)('%s', (_, verify) => {
  test('used to end with a verdict that did not say that nobody’s signature was checked', () => {
    const noKey = verify(exported, '--checkpoint', newest);
    expect([noKey.status, noKey.last]).toEqual([
      0,
      expect.stringMatching(/; nobody's signature was checked: there is no --key\.$/),
    ]);
    expect(noKey.stdout).toContain(`the first 23 are those of ${newest}.`);
    const neither = verify(exported);
    expect([neither.status, neither.last]).toEqual([
      0,
      expect.stringMatching(/; nobody's signature was checked: there is no --checkpoint\.$/),
    ]);
    expect(neither.stdout).toContain('no checkpoint proves them');
  });

  test('used to call a checkpoint forged that was saved with a byte order mark or CR LF', () => {
    const text = exampleText('checkpoint');
    for (const saved of [`\ufeff${text}`, text.replaceAll('\n', '\r\n'), `${text}\n`]) {
      const checkpoint = written('checkpoint', saved);
      expect(verify(exported, '--key', key, '--checkpoint', checkpoint)).toMatchObject({ status: 0 });
    }
    expect(
      verify(exported, '--key', written('key', `\ufeff${exampleText('key.pub')}`), '--checkpoint', newest),
    ).toEqual(expect.objectContaining({ status: 0 }));
  });

  test.each<[what: string, args: (given: { utf16: string; folder: string }) => string[], says: string]>([
    ['a key that is not there', () => [exported, ...proofs, '--key', 'nothere'], 'nothere: no such file, and it is no'],
    ['a key in UTF-16', ({ utf16 }) => [exported, ...proofs, '--key', utf16], 'utf16: it is UTF-16: it was converted'],
    ['a folder as an export', (given) => [given.folder], ': '],
    ['a checkpoint as an export', () => [newest, ...proofs], `${newest}: it is no export: no line of it is an event`],
  ])('used to tell %s in words of its program', (_what, args, says) => {
    const utf16 = written('utf16', Buffer.from(`\ufeff${exampleText('key.pub')}`, 'utf16le'));
    const { status, stdout, stderr } = verify(...args({ utf16, folder }));
    expect([status, stdout, stderr]).toEqual([2, '', expect.stringContaining(says)]);
    expect(stderr).not.toMatch(/ENOENT|EISDIR|Errno|codec|Traceback/);
  });
});

test('the second verifier used to say 0 differences of an export without its blocks', () => {
  const { last, stdout } = second(exported, ...proofs);
  expect(last).toMatch(/^0 differences in 23 events; blocks, .* were NOT checked: use tollgate-verify for them\.$/);
  expect(stdout.match(/NOT checked/g)).toHaveLength(1);
  const told = JSON.parse(second(exported, ...proofs, '--json').stdout) as { notChecked: string };
  expect(told.notChecked).toMatch(/^blocks, unblocks/);
});

test('the last line says how many decisions are still due, and how many notes there are', () => {
  const cut = written('cut', lines.slice(0, 11).join('\n'));
  expect(first(cut).last).toBe(
    "0 differences in 11 events and 4 blocks and unblocks; 1 decision still due at the end of the export; nobody's signature was checked: there is no --checkpoint.",
  );
  const ahead = written('ahead', lines.join('\n').replaceAll('2026-11-27T11', '2999-11-27T11'));
  expect(first(ahead)).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('  note: line 23: it is of 2999-11-27T11') as string,
    last: expect.stringMatching(/^0 differences and 1 note in 23 events/) as string,
  });
  expect(JSON.parse(first(ahead, '--json').stdout)).toMatchObject({ stillDue: 0, notes: [{ line: 23 }] });
});

test.each<[what: string, args: string[], says: string]>([
  [
    'a second file without --checkpoint',
    [exported, newest],
    `two files are named: ${exported} and ${newest}. Did you forget --checkpoint or --key before one of them?`,
  ],
  ['a file after --balances', [exported, '--balances', newest], `--balances takes no file: what is ${newest}?`],
  ['a proof without its line', ['--inclusion', 'proof', ...proofs], '--inclusion: name the file with the line'],
  ['a line without a proof', ['line'], 'line: it is one line from the middle of a ledger'],
  ['an option that it does not have', ['-key', exported], 'there is no option -k: see'],
  ['an option without what follows it', [exported, '--key'], '--key: a file or a value must follow it'],
  ['an option before another', [exported, '--key', '--balances'], '--key: a file or a value must follow it'],
  ['a value that an option does not take', [exported, '--json=yes'], '--json takes no value'],
  ['tiles that are not there', ['--tiles', 'nothere', ...proofs], 'nothere: no such folder'],
  [
    'balances of a single line',
    ['line', '--inclusion', 'proof', '--balances', ...proofs],
    '--balances and --statement need a whole export',
  ],
  [
    'an export beside two checkpoints',
    [exported, '--consistency', 'proof', ...proofs],
    '--consistency takes no export',
  ],
  ['two proofs', ['line', '--inclusion', 'proof', '--tiles', 'tile', ...proofs], 'are checked one at a time'],
])('%s used to be told with a page of help, in words of its program, or not at all', (_, args, says) => {
  written('line', `${String(lines[22])}\n`);
  const { status, stdout, stderr } = first(...args);
  expect([status, stdout, stderr]).toEqual([2, '', expect.stringContaining(says)]);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
});

test('a proof used to be of it, whatever it was, also where nobody had signed it', () => {
  const line = written('line', `${String(lines[22])}\n`);
  const { status, stdout } = first(line, '--inclusion', example('inclusion.json'), '--checkpoint', newest);
  expect([status, stdout]).toEqual([
    0,
    "0 differences: line 23 of 23 of tollgate/f00ba706-7cd3-47ed-bebe-ee5636ce65dc is in the tree of the checkpoint; nobody's signature was checked: there is no --key.\n",
  ]);
});

test.each([
  ['\r\n', 'it ends with CR LF: it was converted on the way'],
  ['  ', 'it has white space'],
])('a line with %j behind it used to be one that was not signed', (end, says) => {
  const line = written('line', `${String(lines[22])}${end}`);
  const { status, stderr } = first(line, '--inclusion', example('inclusion.json'), ...proofs);
  expect([status, stderr]).toEqual([2, expect.stringContaining(says)]);
});

test('a key that came by mail used to make a checkpoint continue another without a word', () => {
  const [own, mailed] = [keyOf(1), keyOf(2)];
  const checkpoints = { old: own.note(lines, 10), new: mailed.note(lines, 23) };
  const given = Object.entries(checkpoints).flatMap(([name, note]) => ['--checkpoint', written(name, note)]);
  const keys = ['--key', own.line, '--key', mailed.line];
  const { stdout } = first('--consistency', example('consistency.json'), ...given, ...keys);
  expect(stdout).toContain(`note: ${join(folder, 'new')}: it is signed by key ${mailed.id}, and nothing that was read`);
});

test('two checkpoints of one size with different roots used to be a proof that is too short', () => {
  const given = { own: keyOf(1).note(lines, 23), shown: keyOf(1).note(lines.with(3, 'x'), 23) };
  const args = Object.entries(given).flatMap(([name, note]) => ['--checkpoint', written(name, note)]);
  const { status, stdout } = first('--consistency', example('consistency.json'), ...args, '--key', keyOf(1).line);
  expect([status, stdout]).toEqual([
    1,
    expect.stringContaining('both are of 23 lines, with different roots: two histories were signed'),
  ]);
});

test('which line was changed used to be anybody’s guess: tiles name the first', () => {
  written('tile/0/000.p/23', Buffer.concat(lines.map((line) => leafHash(Buffer.from(line)))));
  expect(first(exported, '--tiles', 'tile', ...proofs)).toMatchObject({ status: 0 });
  const changed = written('changed', lines.with(17, String(lines[17]).replace('initech', 'initecH')).join('\n'));
  const { status, stdout } = first(changed, '--tiles', 'tile', ...proofs);
  expect([status, stdout]).toEqual([
    1,
    expect.stringContaining('  line 18: it is the first that is not as it was signed'),
  ]);
});

test('tiles of another history name no line', () => {
  written('tile/0/000.p/23', Buffer.concat(lines.map(() => leafHash(Buffer.from('x')))));
  const { status, stdout } = first(exported, '--tiles', 'tile', ...proofs);
  expect([status, stdout]).toEqual([
    1,
    expect.stringContaining(`${newest}: the tiles are not of the 23 events that were signed\n23 events`),
  ]);
});

const right = { globex: { inbound: '20', outbound: '-10.00', mutual: '30' }, initech: { outbound: '1' } };

test.each([
  ['as JSON', JSON.stringify(right)],
  ['as lines', 'globex inbound 20\r\nglobex  outbound -10.00\n\ninitech outbound 1\n'],
])('a statement %s is compared: a cent used to be overlooked', (_, text) => {
  expect(first(exported, ...proofs, '--statement', written('stated', text))).toMatchObject({ status: 0 });
  const wrong = written('wrong', text.replace('-10.00', '-10.01'));
  expect(first(exported, ...proofs, '--statement', wrong)).toMatchObject({
    status: 1,
    stdout: expect.stringContaining(
      `  ${wrong}: it states globex outbound -10.01, and by the events it is -10\n`,
    ) as string,
  });
});

test.each([
  ['no direction', 'globex inwards 20', 'ACCOUNT inbound|outbound|mutual BALANCE is expected'],
  ['no amount', '{"globex":{"inbound":20}}', 'ACCOUNT inbound|outbound|mutual BALANCE is expected'],
  ['no balances', '{"globex":20}', 'ACCOUNT inbound|outbound|mutual BALANCE is expected'],
  ['nothing', '\n', 'no balance is stated in it'],
])('a statement of %s says so', (_, text, says) => {
  const { status, stderr } = first(exported, ...proofs, '--statement', written('stated', text));
  expect([status, stderr]).toEqual([2, expect.stringContaining(says)]);
});

test('a statement of an account that the export does not have says so', () => {
  const { status, stdout } = first(exported, ...proofs, '--statement', written('stated', 'acne inbound 20'));
  expect([status, stdout]).toEqual([1, expect.stringContaining('the export has no account acne')]);
});

test('every checkpoint that was kept is named in the verdict that it gives', () => {
  expect(first(exported, '--key', key, '--checkpoint', earlier).stdout).toContain(
    `the first 10 are proven by ${earlier}.`,
  );
});
