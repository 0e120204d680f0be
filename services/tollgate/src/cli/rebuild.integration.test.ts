import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '@tollgate/service-runtime';
import { startLedgerNode } from '../ledger-node';
import { readSettings } from '../settings';
import { runCommand } from './command-process.fixture';
import { createClient } from './tollgate-client';

jest.setTimeout(60_000);

/** So many that what cannot be written does not fit in memory until the end. */
const accounts = 10_000;
const accountsAtOnce = 500;

let data: string;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'tollgate-cli-'));
  const node = await startLedgerNode(readSettings({ data, port: '0' }, {}), createLog('silent'));
  const client = createClient(node.url);
  for (let from = 0; from < accounts; from += accountsAtOnce)
    await Promise.all(
      Array.from({ length: accountsAtOnce }, (_, at) =>
        client.openAccount({
          accountId: `partner-${String(from + at)}`,
          currency: 'EUR',
          cutoff: { balances: ['inbound'] },
        }),
      ),
    );
  await node.stop();
});

afterAll(() => rm(data, { recursive: true, force: true }));

const rebuild = (fileBlocks?: number) =>
  runCommand(['rebuild', '--data', data], fileBlocks === undefined ? {} : { fileBlocks });

test.each([
  ['for the log to be opened', 0],
  ['for most of the new read models', 2_048],
  ['for the last of the new read models', 4_096],
])('a rebuild without room on the disk %s leaves nothing behind and says what to do', async (_room, fileBlocks) => {
  const before = await readdir(data);
  const { code, stderr } = await rebuild(fileBlocks);
  expect(stderr).toContain(`tollgate: the disk is full: `);
  expect(stderr).toContain(`or delete ${join(data, 'read-models')}`);
  expect(code).toBe(1);
  expect(await readdir(data)).toEqual(before);
  expect(await rebuild()).toMatchObject({ code: 0, stdout: expect.stringContaining('all as they were') as string });
});
