import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccountEvent } from '@tollgate/balance';
import { accountStream } from '@tollgate/contracts';
import { lockFolder, openFolder } from '@tollgate/folder';
import { openData } from '../data-folder';
import { foldersOf } from '../folders';
import { openRelayPosition, readRelayPositions } from '../relay-position';
import { runCommand, startCommand } from './command-process.fixture';

jest.setTimeout(120_000);

const metadata = { source: { receivedAt: '2026-01-31T12:00:00.000Z' } };
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const segmentBytes = 1 << 20;

let folder: string;
let data: string;
let backup: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tollgate-backup-'));
  data = join(folder, 'data');
  backup = join(folder, 'backup');
});
afterEach(() => rm(folder, { recursive: true }));

const paid = (paymentId: string): AccountEvent => ({
  type: 'PaymentRecorded',
  data: { paymentId, accountId: 'acme', direction: 'inbound', amount: '1', currency: 'EUR' },
  metadata,
});

/** Appends payments to the log of a data folder, in groups of a thousand and small segments. */
const record = async (count: number): Promise<void> => {
  const paths = foldersOf(data);
  const folders = {
    log: await openFolder(paths.log),
    accountTable: await openFolder(paths.accountTable),
    relays: await openFolder(paths.relays),
  };
  const options = { clock: () => new Date(0), logger: silent, log: { segmentBytes } };
  const { log, table, close } = await openData(folders, options);
  let after = table.facts('acme')?.revision ?? -1;
  const append = async (events: AccountEvent[]): Promise<void> => {
    const named = events.map((event, index) => ({ ...event, eventId: `e${String(after + 1 + index)}` }));
    await log.append([{ stream: accountStream('acme'), expectedRevision: after, events: named }]);
    after += events.length;
  };
  if (after < 0) await append([{ type: 'AccountOpened', data: { accountId: 'acme', currency: 'EUR' }, metadata }]);
  for (let left = count; left > 0; left -= 1_000)
    await append(Array.from({ length: Math.min(left, 1_000) }, (_, index) => paid(`p${String(after + index)}`)));
  await close();
};

/** How far each relay has come, as the process that publishes keeps it. */
const publish = async (positions: Record<string, bigint>): Promise<void> => {
  const relays = await openFolder(foldersOf(data).relays);
  for (const [name, position] of Object.entries(positions)) {
    const relay = await openRelayPosition(relays, name);
    relay.store(position);
    relay.close();
  }
};

const filesIn = async (path: string): Promise<Record<string, string>> => {
  const files: Record<string, string> = {};
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile() && !entry.parentPath.endsWith('lock')) files[file] = (await readFile(file)).toString('base64');
  }
  return files;
};

const segmentsIn = async (path: string): Promise<string[]> =>
  existsSync(path) ? (await readdir(path)).filter((name) => /^\d+\.log$/.test(name)) : [];

const restored = (): string => join(folder, 'restored');

/** The log of a folder, as it lies on the disk. */
const logIn = async (path: string): Promise<string[]> => Object.values(await filesIn(join(path, 'log')));

describe('a backup', () => {
  test('is brought up to date by the next, which copies no complete segment again, and is a ledger again', async () => {
    await record(10_000);
    await publish({ 'traffic-control': 7n });
    const first = await runCommand(['backup', backup, '--data', data]);
    expect([first.code, first.stdout]).toEqual([
      0,
      expect.stringMatching(/^Backed up ledger \S+ up to position 10001 in/),
    ]);
    await record(1_000);
    await publish({ 'traffic-control': 9n, rejected: 3n });
    const second = await runCommand(['backup', backup, '--data', data, '--json']);
    const { sizeBytes, copiedBytes, ...rest } = JSON.parse(second.stdout) as Record<string, number>;
    expect(rest).toMatchObject({ position: '11001', relays: { 'traffic-control': '9', rejected: '3' } });
    expect(rest['segments']).toBeGreaterThan(2);
    expect(copiedBytes).toBeLessThan((sizeBytes ?? 0) / 2);
    expect(await logIn(backup)).toEqual(await logIn(data));
    expect((await runCommand(['verify', '--data', backup])).code).toBe(0);

    const restoring = await runCommand(['restore', backup, '--data', restored()]);
    expect([restoring.code, restoring.stdout]).toEqual([0, expect.stringContaining('up to position 11001 into')]);
    expect(await logIn(restored())).toEqual(await logIn(data));
    expect(await readRelayPositions(foldersOf(restored()).relays)).toEqual({ 'traffic-control': 9n, rejected: 3n });
    expect((await runCommand(['verify', '--data', restored()])).stdout).toContain('11001 events of 1 accounts');
  });

  test('killed in the middle is whole as far as it came, and run again goes on from there', async () => {
    await record(40_000);
    const whole = (await segmentsIn(foldersOf(data).log)).length;
    const killed = startCommand(['backup', backup, '--data', data]);
    await killed.until(async () => (await segmentsIn(foldersOf(backup).log)).length >= 2);
    killed.signal('SIGKILL');
    await killed.ended;
    const had = await segmentsIn(foldersOf(backup).log);
    expect(had.length).toBeLessThan(whole);
    expect((await runCommand(['verify', '--data', backup])).code).toBe(0);
    const { code, stdout } = await runCommand(['backup', backup, '--data', data, '--json']);
    const { sizeBytes, copiedBytes } = JSON.parse(stdout) as Record<string, number>;
    expect([code, copiedBytes]).toEqual([0, (sizeBytes ?? 0) - (await sizeOf(had))]);
    expect(await logIn(backup)).toEqual(await logIn(data));
  });

  test('ended by Ctrl-C says how far it came and that it goes on from there, where it used to say nothing', async () => {
    await record(40_000);
    const backingUp = startCommand(['backup', backup, '--data', data]);
    await backingUp.until(async () => (await segmentsIn(foldersOf(backup).log)).length >= 2);
    backingUp.signal('SIGINT');
    expect(await backingUp.ended).toBe(130);
    expect(backingUp.stderr()).toMatch(
      /interrupted by SIGINT, with [\d.,]+ \S+ of [\d.,]+ \S+ copied\. The log is untouched, and what was copied is whole as far as it came: run the same command again, and it goes on from there\n$/,
    );
    expect((await runCommand(['verify', '--data', backup])).code).toBe(0);
    expect((await runCommand(['backup', backup, '--data', data])).code).toBe(0);
    expect(await logIn(backup)).toEqual(await logIn(data));
  });

  test('never says of a relay that it had come further than the log of the backup reaches', async () => {
    await record(10);
    await publish({ 'traffic-control': 5_000n });
    expect((await runCommand(['backup', backup, '--data', data])).code).toBe(0);
    expect(await readRelayPositions(foldersOf(backup).relays)).toEqual({ 'traffic-control': 11n });
    await rm(foldersOf(data).relays, { recursive: true });
    expect((await runCommand(['backup', backup, '--data', data])).code).toBe(0);
    expect(await readRelayPositions(foldersOf(backup).relays)).toEqual({});
  });
});

const sizeOf = async (names: readonly string[]): Promise<number> => {
  let bytes = 0;
  for (const name of names) bytes += (await readFile(join(foldersOf(data).log, name))).length;
  return bytes;
};

/** Runs a command that must be refused: its words, its code, and that it changed nothing in the folder. */
const refused = async (...parameters: string[]) => {
  const before = await filesIn(folder);
  const { code, stderr, stdout } = await runCommand([...parameters, '--json']);
  expect(await filesIn(folder)).toEqual(before);
  const { error = '' } = JSON.parse(stdout) as { error?: string };
  expect(stderr).toContain(error.split('\n')[0]);
  return { code, error };
};

describe('a backup is refused, and changes nothing,', () => {
  test('into the data folder, into a folder in it, around it, and by a link', async () => {
    await record(10);
    await symlink(data, join(folder, 'link'));
    for (const target of [data, join(data, 'backup'), folder, join(folder, 'link', 'backup')])
      expect(await refused('backup', target, '--data', data)).toEqual({
        code: 2,
        error: expect.stringContaining('must not lie in one another') as string,
      });
  });

  test('into a folder with other things, or where another backup is under way', async () => {
    await record(10);
    await mkdir(backup);
    await writeFile(join(backup, 'holiday.jpg'), 'x');
    expect(await refused('backup', backup, '--data', data)).toEqual({
      code: 2,
      error: expect.stringContaining('is no backup and not empty (holiday.jpg)') as string,
    });
    await rm(join(backup, 'holiday.jpg'));
    const lock = await lockFolder(foldersOf(backup).lock);
    const { code, error } = await refused('backup', backup, '--data', data);
    await lock.release();
    expect([code, error]).toEqual([2, expect.stringContaining('another process is using')]);
  });

  test('of another ledger (both are named), and of an older copy of its own', async () => {
    await record(10);
    const older = join(folder, 'older');
    await cp(data, older, { recursive: true });
    await record(10);
    await runCommand(['backup', backup, '--data', data]);
    const ahead = await refused('backup', backup, '--data', older);
    expect([ahead.code, ahead.error]).toEqual([1, expect.stringMatching(/up to position 21, and \S+ ends at 11/)]);
    await rm(data, { recursive: true });
    await record(30);
    const other = await refused('backup', backup, '--data', data);
    expect([other.code, other.error]).toEqual([2, expect.stringMatching(/of ledger \S+, and \S+ is ledger \S+: give/)]);
  });

  test('of nothing, into what cannot hold a folder, and of a damaged log', async () => {
    const nothing = await refused('backup', backup, '--data', data);
    expect([nothing.code, nothing.error]).toEqual([2, expect.stringContaining('there is no log in')]);
    await record(10);
    const nowhere = await refused('backup', '/proc/backup', '--data', data);
    expect([nowhere.code, nowhere.error]).toEqual([
      2,
      expect.stringMatching(/^the folder \/proc\/backup cannot be made/),
    ]);
    const [segment = ''] = await segmentsIn(foldersOf(data).log);
    await truncate(join(foldersOf(data).log, segment), 600);
    expect(await refused('backup', backup, '--data', data)).toMatchObject({ code: 1 });
  });
});

test('a file where a folder is needed was told as ENOTDIR, or as a log that is not there; every command says what it is', async () => {
  await record(10);
  await runCommand(['backup', backup, '--data', data]);
  const file = join(folder, 'notes.txt');
  await writeFile(file, 'x');
  const commands = [
    ['backup', file, '--data', data],
    ['backup', join(file, 'below'), '--data', data],
    ['backup', backup, '--data', file],
    ['restore', file, '--data', restored()],
    ['restore', backup, '--data', file],
    ['verify', '--data', file],
    ['export', '--data', file],
    ['upgrade', file],
    ['serve', '--port', '0', '--data', join(file, 'below')],
    ['topics', 'republish', 'rejected', '--kafka-brokers', '127.0.0.1:1', '--data', file],
  ];
  for (const command of commands) {
    const { code, stderr } = await runCommand(command);
    expect([command, code, stderr]).toEqual([
      command,
      2,
      expect.stringContaining(`is no folder, for ${file} is a file: name a folder; nothing was changed`),
    ]);
  }
});

test('a backup that the disk has no room for ends with 2 and what to do, and goes on once it has', async () => {
  await record(20_000);
  const { code, stderr } = await runCommand(['backup', backup, '--data', data], { fileBlocks: 2_000 });
  expect([code, stderr]).toEqual([2, expect.stringContaining(`${foldersOf(backup).log} cannot be written`)]);
  expect(stderr).toContain('run this again');
  expect((await runCommand(['backup', backup, '--data', data])).code).toBe(0);
  expect(await logIn(backup)).toEqual(await logIn(data));
});

describe('a restore', () => {
  test('is refused into a folder that is not empty, without a backup, and from a damaged one', async () => {
    await record(10);
    await runCommand(['backup', backup, '--data', data]);
    const full = await refused('restore', backup, '--data', data);
    expect([full.code, full.error]).toEqual([2, expect.stringContaining('is not empty (account-table, log, relays)')]);
    const none = await refused('restore', join(folder, 'none'), '--data', restored());
    expect([none.code, none.error]).toEqual([2, expect.stringContaining('name the folder that "tollgate backup" has')]);
    const inside = await refused('restore', backup, '--data', join(backup, 'data'));
    expect([inside.code, inside.error]).toEqual([2, expect.stringContaining('must not lie in one another')]);
    const [segment = ''] = await segmentsIn(foldersOf(backup).log);
    await truncate(join(foldersOf(backup).log, segment), 600);
    expect((await runCommand(['restore', backup, '--data', restored()])).code).toBe(1);
    expect(existsSync(foldersOf(restored()).log)).toBe(false);
  });

  test('that was interrupted leaves a folder on which Tollgate does not start and nothing is read, which say what to do, and run again ends the same', async () => {
    await record(40_000);
    await publish({ 'traffic-control': 7n });
    await runCommand(['backup', backup, '--data', data]);
    const killed = startCommand(['restore', backup, '--data', restored()]);
    await killed.until(async () => (await segmentsIn(foldersOf(restored()).restoring)).length >= 2);
    killed.signal('SIGINT');
    expect([await killed.ended, killed.stderr()]).toEqual([
      130,
      expect.stringContaining('The backup is untouched, and Tollgate does not start on half a restore: run the same'),
    ]);
    const { code, stderr } = await runCommand(['serve', '--port', '0', '--data', restored()]);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('has not come to its end: run "tollgate restore" again'),
    ]);
    for (const command of [['verify'], ['export'], ['backup', join(folder, 'other')]])
      expect((await runCommand([...command, '--data', restored()])).stderr).toContain(
        'has not come to its end: run "tollgate restore" again; or remove',
      );
    expect((await runCommand(['restore', backup, '--data', restored()])).code).toBe(0);
    expect(await logIn(restored())).toEqual(await logIn(data));
    expect(await readRelayPositions(foldersOf(restored()).relays)).toEqual({ 'traffic-control': 7n });
    expect(await readdir(restored())).toEqual(expect.not.arrayContaining(['log.restoring']));
  });
});
