import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { AccountEvent } from '@tollgate/balance';
import { accountStream } from '@tollgate/contracts';
import { openFolder } from '@tollgate/folder';
import { openData } from '../data-folder';
import { foldersOf } from '../folders';
import { openLogReader } from './open-log-reader';
import { verifyLog } from './verification';

const metadata = { source: { receivedAt: '2026-01-31T12:00:00.000Z' } };
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

const opening = (accountId = 'acme'): AccountEvent => ({
  type: 'AccountOpened',
  data: { accountId, currency: 'EUR' },
  metadata,
});
const used = (usageId: string, fields: { accountId?: string; currency?: string } = {}): AccountEvent => ({
  type: 'UsageCharged',
  data: { usageId, accountId: 'acme', direction: 'inbound', amount: '1', currency: 'EUR', ...fields },
  metadata,
});
const reversed = (reversalId: string, id: string, amount = '1'): AccountEvent => ({
  type: 'EntryReversed',
  data: { reversalId, accountId: 'acme', of: { kind: 'usage', id }, reason: 'rated twice', actor: 'finance' },
  metadata: { ...metadata, reversed: { direction: 'inbound', amount } },
});

let data: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'tollgate-verify-'));
});
afterEach(() => rm(data, { recursive: true }));

/** Writes groups of events of one account to a log, past intake, which would refuse some. */
const write = async (groups: AccountEvent[][], table?: { snapshotEvents: number }): Promise<void> => {
  const paths = foldersOf(data);
  const folders = {
    log: await openFolder(paths.log),
    accountTable: await openFolder(paths.accountTable),
    relays: await openFolder(paths.relays),
  };
  const { log, close } = await openData(folders, { clock: () => new Date(0), logger: silent, ...(table && { table }) });
  let revision = -1;
  for (const events of groups) {
    const named = events.map((event, index) => ({ ...event, eventId: `e${String(revision + 1 + index)}` }));
    await log.append([{ stream: accountStream('acme'), expectedRevision: revision, events: named }]);
    revision += events.length;
  }
  await close();
};

const verify = async () => {
  const reader = await openLogReader(data);
  const { accountTable } = foldersOf(data);
  const found = await verifyLog({ reader, accountTable, onProgress: () => undefined });
  reader.close();
  return found;
};

/** What verify finds in a log of these groups. */
const verified = async (...groups: AccountEvent[][]) => {
  await write(groups);
  return verify();
};

const segment = (): string => join(foldersOf(data).log, '0000000000000001.log');

/** Leaves the first group alone, and no note of what was acknowledged. */
const cutAfterFirstGroup = async (): Promise<void> => {
  const sizeBytes = (await readFile(segment())).readUInt32LE(512 + 12);
  await truncate(segment(), 512 + sizeBytes);
  await rm(join(foldersOf(data).log, 'acknowledged'));
};

const [groupHeaderBytes, eventHeaderBytes] = [40, 56];

/** Changes the only group of a log of fewer than 16 events, as many bytes as before, and makes its checksums right. */
const forge = async (change: (group: Buffer) => void): Promise<void> => {
  const bytes = await readFile(segment());
  const group = bytes.subarray(512);
  change(group);
  const count = group.readUInt32LE(16);
  const lines = groupHeaderBytes + count * eventHeaderBytes;
  const events = lines + group.readUInt32LE(20);
  group.writeUInt32LE(crc32(group.subarray(lines, events)), 24);
  group.writeUInt32LE(crc32(group.subarray(events)), lines - eventHeaderBytes + 4);
  group.writeUInt32LE(crc32(group.subarray(8, lines)), 4);
  await writeFile(segment(), bytes);
  await rm(join(foldersOf(data).log, 'acknowledged'));
};

const replace = (group: Buffer, from: string, to: string): void => {
  group.write(to, group.indexOf(from));
};
/** Of the event at a position of the first group. */
const headerOf = (group: Buffer, position: number): Buffer =>
  group.subarray(groupHeaderBytes + (position - 1) * eventHeaderBytes);

test('a log that is right has no differences', async () => {
  const found = await verified([opening(), used('u1')], [used('u2'), reversed('r1', 'u1')]);
  expect(found).toMatchObject({ position: '4', events: 4, accounts: 1, differences: [] });
});

test.each<[string, AccountEvent[][], { position: string; what: string }]>([
  [
    'an id that counts twice in two groups',
    [[opening(), used('u1')], [used('u1')]],
    { position: '3', what: 'usage u1 of acme counted before, at position 2' },
  ],
  [
    'an id that counts twice in one group, which used to be overlooked',
    [[opening(), used('u1'), used('u1')]],
    { position: '3', what: 'usage u1 of acme counted before, at position 2' },
  ],
  [
    'an entry that is reversed twice, which used to be overlooked',
    [[opening(), used('u1'), reversed('r1', 'u1')], [reversed('r2', 'u1')]],
    { position: '4', what: 'reversed-usage u1 of acme counted before, at position 3' },
  ],
  [
    'a reversal of another amount than was charged, which used to be taken for whole',
    [[opening(), used('u1')], [reversed('r1', 'u1', '2')]],
    { position: '3', what: 'undoes 2 inbound of usage u1 of acme, which was 1 inbound at position 2' },
  ],
  [
    'a reversal of what comes after it, which used to be taken for whole',
    [[opening(), reversed('r1', 'u1'), used('u1')]],
    { position: '2', what: 'undoes usage u1 of acme, which is not in the log before it' },
  ],
  [
    'an event in the stream of another account',
    [[opening(), used('u1', { accountId: 'other' })]],
    { position: '2', what: 'an event of account other stands in account-acme' },
  ],
  [
    'an amount in another currency',
    [[opening(), used('u1', { currency: 'USD' })]],
    { position: '2', what: 'an amount in USD stands in account-acme, which is kept in EUR' },
  ],
])('%s is found, with its position', async (_what, groups, difference) => {
  expect((await verified(...groups)).differences).toEqual([difference]);
});

test('a snapshot of more than the log holds is a difference beside a log that is read: it used to be unreadable', async () => {
  await write([[opening(), used('u1')], [used('u2')]], { snapshotEvents: 1 });
  expect(await verify()).toMatchObject({ position: '3', snapshot: 'agrees', differences: [] });
  await cutAfterFirstGroup();
  expect(await verify()).toEqual({
    ...{ position: '2', events: 2, accounts: 1, snapshot: 'ahead' },
    differences: [
      { position: '3', what: expect.stringContaining('is at position 3, ahead of the log at 2') as string },
    ],
  });
});

describe('with checksums that are right', () => {
  const damaged = 'the event at position 2 is damaged';
  test.each<[string, (group: Buffer) => void, string]>([
    [
      'no amount',
      (group) => replace(group, '"1"', '"x"'),
      'the event at position 2, UsageCharged in account-acme, is none of its type: not an amount: "x"',
    ],
    ['no JSON', (group) => replace(group, '"data":{"usageId"', '"data"!{"usageId"'), damaged],
    ['no event', (group) => replace(group, '"data":{"usageId"', '"dat_":{"usageId"'), damaged],
    [
      'a source that its group does not have',
      (group) => replace(group, '"source":0,"data":{"usageId"', '"source":9,"data":{"usageId"'),
      damaged,
    ],
  ])(
    '%s in a line is a difference at its position: it used to make the log unreadable, or be told of the group',
    async (_what, change, what) => {
      await write([[opening(), used('u1'), used('u2')]]);
      await forge(change);
      const found = await verify();
      expect(found).toMatchObject({ position: '1', events: 1 });
      expect(found.differences).toEqual([{ position: '2', what: expect.stringContaining(what) as string }]);
    },
  );

  test.each<[string, (header: Buffer) => void]>([
    ['the class of its stream', (header) => header.writeUInt8(2, 12)],
    ['where its stream had its event before', (header) => header.writeDoubleLE(0, 16)],
    ['what is folded of it', (header) => header.writeUInt8(5, 24)],
  ])(
    'a header that is wrong about %s is a difference: of the first two it used to be overlooked',
    async (_what, change) => {
      await write([[opening(), used('u1'), used('u2')]]);
      await forge((group) => change(headerOf(group, 3)));
      expect(await verify()).toMatchObject({
        events: 3,
        differences: [
          { position: '3', what: 'the header says something else than its line, UsageCharged in account-acme' },
        ],
      });
    },
  );

  test('no line of its own in the last group is a difference, and nothing that a crash left', async () => {
    await write([[opening(), used('u1')]]);
    await forge((group) => replace(group, '{"recordedAt"', '!"recordedAt"'));
    const what = expect.stringContaining('the event at position 1 is damaged') as string;
    expect(await verify()).toMatchObject({ events: 0, differences: [{ position: '1', what }] });
  });
});
