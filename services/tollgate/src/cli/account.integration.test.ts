import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@tollgate/client';
import { createLog } from '@tollgate/service-runtime';
import { startLedgerNode } from '../ledger-node';
import type { LedgerNode } from '../ledger-node';
import { readSettings } from '../settings';
import { runCommand, startCommand } from './command-process.fixture';

jest.setTimeout(60_000);

let folder: string;
let node: LedgerNode;
const start = (port: string): Promise<LedgerNode> =>
  startLedgerNode(readSettings({ data: folder, port }, { AUTHORIZE_WITH_PRICE: '1' }), createLog('silent'));
const tollgate = (...parameters: string[]) => runCommand([...parameters, '--url', node.url]);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tollgate-cli-'));
  node = await start('0');
});
afterEach(async () => {
  await node.stop();
  await rm(folder, { recursive: true, force: true });
});

test('an account is opened, shown, changed and listed', async () => {
  const opening = ['account', 'open', 'acme', '--currency', 'EUR', '--name', 'Acme Telecom', '--cutoff', 'inbound'];
  const opened = await tollgate(...opening, '--limit', 'inbound=10');
  expect(opened).toMatchObject({ code: 0 });
  expect(opened.stdout).toMatch(/^inbound +0 +10 +inbound traffic$/m);
  expect((await tollgate(...opening, '--limit', 'inbound=10')).stdout).toContain('nothing changed');

  const changed = await tollgate(
    ...['account', 'cutoff', 'acme', '--balances', 'inbound,mutual', '--mutual-formula', 'inbound-minus-outbound'],
  );
  expect(changed.stdout).toMatch(/^mutual \(inbound − outbound\) +0 +0 +inbound traffic$/m);
  expect(changed.stdout).toMatch(/^inbound +blocked since .*, command 1$/m);

  const shown: unknown = JSON.parse((await tollgate('account', 'show', 'acme', '--json')).stdout);
  expect(shown).toMatchObject({ cutoff: { balances: ['inbound', 'mutual'] }, revision: 1 });
  await tollgate('account', 'open', 'globex', '--currency', 'USD');
  const { stdout } = await tollgate('account', 'list');
  expect(stdout.split('\n').map((line) => line.split(/ {2,}/)[0])).toEqual(['Account', 'acme', 'globex', '']);
  expect((await tollgate('account', 'list', '--json')).stdout.trim().split('\n')).toHaveLength(2);
});

test('what a rule says of calls is set and shown, and so is what is held for them until it is written off', async () => {
  await tollgate(
    ...[
      'account',
      'open',
      'acme',
      '--currency',
      'EUR',
      '--cutoff',
      'inbound',
      '--limit',
      'inbound=10',
      '--max-concurrent',
      '2',
    ],
    ...['--slice-seconds', '60', '--calls-in-progress', 'cut-now', '--count-reservations'],
  );
  const client = createClient(node.url);
  const price = { perMinute: '0.6', initialSeconds: 1, incrementSeconds: 1 };
  const call = { accountId: 'acme', direction: 'inbound', currency: 'EUR', callee: '+44', price } as const;
  for (const authorizationId of ['c1', 'c2']) await client.authorize({ ...call, authorizationId });
  await client.release({ accountId: 'acme', authorizationId: 'c1', usedSeconds: 20 });
  const shown = (await tollgate('account', 'show', 'acme')).stdout;
  expect(shown).toMatch(/^inbound +1 +0.81$/m);
  expect(shown).toContain('1 have ended and wait for their usage');
  expect(shown).toContain('Calls: slices of 60 s, at most 2 at a time, blocked: cut-now, what is held counts as gone');
  const { stdout } = await tollgate('authorizations', 'list', 'acme');
  expect(stdout).toMatch(/^c1 +inbound +60 s +0.2 +0 +ended, its usage is due since /m);
  expect(stdout).toMatch(/^c2 +inbound +60 s +0.61 +0 +live since /m);
  expect(await tollgate('authorizations', 'write-off', 'acme', 'c2')).toMatchObject({ code: 1 });
  const writtenOff = await tollgate('authorizations', 'write-off', 'acme', 'c1');
  expect(writtenOff.stdout).toBe('c1 of acme is written off: 0.2 EUR is held no more.\n');
  expect((await tollgate('authorizations', 'write-off', 'acme', 'c1')).stdout).toContain('nothing changed');
  expect((await tollgate('authorizations', 'list', 'acme', '--json')).stdout.trim().split('\n')).toHaveLength(1);
});

test('the longest id that can be authorised can be written off: one above 118 characters used to be refused', async () => {
  const authorizationId = 'x'.repeat(128);
  const call = { authorizationId, accountId: 'acme', direction: 'inbound', currency: 'EUR', callee: '+4420' } as const;
  const price = { perMinute: '0.6', initialSeconds: 1, incrementSeconds: 1 };
  const client = createClient(node.url);
  const cutoff = { balances: ['inbound' as const], creditLimits: { inbound: '5' } };
  await client.openAccount({ accountId: 'acme', currency: 'EUR', cutoff });
  const granted = await client.authorize({ ...call, requestedSeconds: 9, price });
  expect(granted.granted).toBe(9);
  await client.release({ accountId: 'acme', authorizationId, usedSeconds: 5 });
  expect((await tollgate('authorizations', 'write-off', 'acme', authorizationId)).stdout).toContain('is written off');
});

test.each([
  { what: 'what the server refuses', parameters: ['show', 'nobody'], code: 1, text: 'ACCOUNT_NOT_FOUND' },
  { what: 'an id that no address can carry', parameters: ['show', '..'], code: 1, text: '".." is no id of anything' },
  { what: 'a missing option', parameters: ['open', 'acme'], code: 2, text: '--currency' },
  {
    what: 'a balance that does not exist',
    parameters: ['cutoff', 'acme', '--balances', 'total'],
    code: 2,
    text: 'none or some of',
  },
  {
    what: 'a limit that is no amount',
    parameters: ['cutoff', 'acme', '--balances', 'none', '--limit', 'inbound=1e3'],
    code: 2,
    text: 'like inbound=10',
  },
])('$what is said, with exit code $code', async ({ parameters, code, text }) => {
  const ended = await tollgate('account', ...parameters);
  expect(ended).toMatchObject({ code, stderr: expect.stringContaining(text) as unknown });
});

test.each([[['account', 'list']], [['watch']], [['import', '-']]])(
  '%j says so where nothing answers',
  async (parameters) => {
    const { url } = node;
    await node.stop();
    const ended = await runCommand([...parameters, '--url', url]);
    node = await start('0');
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining(`nothing answers at ${url}`) as unknown });
  },
);

test('watch shows the commands as they are made, over a restart of the server, and ends on SIGINT', async () => {
  await tollgate('account', 'open', 'acme', '--currency', 'EUR', '--cutoff', 'inbound');
  const watching = startCommand(['watch', '--from-start', '--json', '--url', node.url]);
  const sequences = (): number[] =>
    watching
      .stdout()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { sequence: number }).sequence);
  await watching.until(() => Promise.resolve(sequences().length === 1));
  await node.stop();
  await watching.until(() => Promise.resolve(watching.stderr().includes('was lost')));
  node = await start(new URL(node.url).port);
  await tollgate('account', 'cutoff', 'acme', '--balances', 'none');
  await watching.until(() => Promise.resolve(sequences().length === 2));
  expect(sequences()).toEqual([1, 2]);
  watching.signal('SIGINT');
  expect(await watching.ended).toBe(0);
});

test('watch ends without a word when its reader has gone', async () => {
  const watching = startCommand(['watch', '--from-start', '--url', node.url]);
  watching.closeOutput();
  await tollgate('account', 'open', 'acme', '--currency', 'EUR', '--cutoff', 'inbound');
  expect(await watching.ended).toBe(0);
  expect(watching.stderr()).toBe('');
});
