import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  cleanEnvironment,
  createDataFolder,
  startTollgate,
  runTollgate,
} from '../../scenarios/support/tollgate-process';
import type { Tollgate } from '../../scenarios/support/tollgate-process';

const program = resolve(__dirname, '../../../services/tollgate/bin/tollgate.js');

let tollgate: Tollgate;
let exported: string;
/** The same with an amount that is not what was folded. */
let tampered: string;

beforeAll(async () => {
  tollgate = await startTollgate({ data: await createDataFolder() });
  const { url, data } = tollgate;
  await runTollgate('account', 'open', 'acme', '--currency', 'EUR', '--cutoff', 'inbound', '--url', url);
  exported = join(data, 'export.ndjson');
  tampered = join(data, 'tampered.ndjson');
  await runTollgate('export', '--data', data, '--output', exported);
  writeFileSync(tampered, readFileSync(exported, 'utf8').replace('"inbound":"0"', '"inbound":"1"'));
});
afterAll(() => tollgate.stop());

/** Runs a command whose output goes to what a shell makes of it; its own exit code, and what it complained of. */
const run = (args: readonly string[], output: '| true' | '> /dev/full') => {
  const { status, stderr } = spawnSync(
    'bash',
    ['-o', 'pipefail', '-c', `"$@" ${output}`, 'bash', process.execPath, program, ...args],
    { encoding: 'utf8', env: cleanEnvironment() },
  );
  return [status, stderr];
};

const full = 'tollgate: standard output cannot be written: ENOSPC: no space left on device, write\n';

test('a command whose output found no room on the disk used to end with 1, and said nothing', () => {
  const { url, data } = tollgate;
  const ofData = ['--data', data];
  for (const args of [
    ['export', ...ofData],
    ['account', 'list', '--url', url],
    ['statement', 'acme', ...ofData],
    ['audit', 'cutoff', exported],
    ['audit', 'cutoff', tampered],
    ['audit', 'trial-balance', exported, '--json'],
    ['verify', ...ofData, '--json'],
    ['--help'],
  ])
    expect([args, ...run(args, '> /dev/full')]).toEqual([args, 2, full]);
});

test('an audit that found something used to end with 0 where nobody read it to its end', () => {
  expect(run(['audit', 'cutoff', tampered], '| true')).toEqual([1, '']);
  expect(run(['audit', 'cutoff', exported], '| true')).toEqual([0, '']);
});

test('what only shows something is done when its reader has seen enough', () => {
  expect(run(['export', '--data', tollgate.data], '| true')).toEqual([0, '']);
  expect(run(['account', 'list', '--url', tollgate.url], '| true')).toEqual([0, '']);
});

test('what is about something else, and is ended by its reader before that is done, used to end with 0', async () => {
  const empty = await startTollgate({ data: await createDataFolder() });
  expect(run(['demo', '--seconds', '2', '--url', empty.url], '| true')).toEqual([
    ...[2, 'tollgate: standard output was closed before the end\n'],
  ]);
  await empty.stop();
});
