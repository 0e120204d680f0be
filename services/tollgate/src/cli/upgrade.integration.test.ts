import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogEvent } from '@tollgate/contracts';
import type { RecordedEvent } from '@tollgate/event-store';
import { LogDamaged } from '@tollgate/event-store';
import { lmdbFileOf, lockLmdbLog } from '@tollgate/event-store-lmdb';
import { lockFolder, openFolder } from '@tollgate/folder';
import { createLog } from '@tollgate/service-runtime';
import { readTold, removeUnpacked, unpack } from '../../../../test/histories/history';
import type { Told } from '../../../../test/histories/history';
import { openDataFolder } from '../data-folder';
import { foldersOf } from '../folders';
import { openRelayPosition } from '../relay-position';
import { runCommand } from './command-process.fixture';
import { oldFormatIn } from './upgrade';
import { upgradeFolder } from './upgrade-folder';

jest.setTimeout(120_000);

const history = 'lmdb-1';
const killedUpgrade = join(__dirname, 'upgrade-killed.fixture.js');
let told: Told;
let written: string[] = [];

beforeAll(async () => {
  told = await readTold(history);
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
});

beforeEach(() => {
  written = [];
});

afterAll(async () => {
  jest.restoreAllMocks();
  await removeUnpacked();
});

/** All events of the new log, as the next start reads them. */
const eventsIn = async (data: string): Promise<RecordedEvent<LogEvent>[]> => {
  const folder = await openDataFolder(data, { clock: () => new Date(0), logger: createLog('silent') });
  const events: RecordedEvent<LogEvent>[] = [];
  try {
    for await (const batch of folder.log.subscribe({ prefixes: [''], signal: new AbortController().signal })) {
      events.push(...batch.events);
      if (batch.isCaughtUp) break;
    }
    return events;
  } finally {
    await folder.close();
  }
};

const historyItemsOf = (events: readonly RecordedEvent<LogEvent>[], accountId: string): string[] =>
  events
    .filter(({ stream }) => stream === `account-${accountId}`)
    .map(({ position, revision, eventId, type, data, metadata, recordedAt }) => {
      const { source } = metadata as { source: { receivedAt: string } };
      const { receivedAt } = source;
      return JSON.stringify({ position: String(position), revision, eventId, type, data, receivedAt, recordedAt });
    });

/** Every item that was told, byte for byte, is in the new log. */
const expectAsTold = async (data: string): Promise<void> => {
  const events = await eventsIn(data);
  expect(events.map(({ position }) => Number(position))).toEqual(events.map((_, index) => index + 1));
  for (const [accountId, items] of Object.entries(told.after.histories))
    expect(historyItemsOf(events, accountId)).toEqual(items.map((item) => JSON.stringify(item)));
};

const relayPositionsIn = async (data: string) => {
  const relays = await openFolder(foldersOf(data).relays);
  const positions: Record<string, string> = {};
  for (const name of relays.names()) {
    const relay = await openRelayPosition(relays, name);
    positions[name] = String(relay.position());
    relay.close();
  }
  return positions;
};

/** Names and bytes of what an upgrade has no business with. */
const oldFiles = async (data: string): Promise<Record<string, string>> => {
  const files: Record<string, string> = {};
  for (const name of ['intake-index', 'read-models', 'cutoff-state'])
    for (const file of await readdir(join(data, name)))
      files[join(name, file)] = (await readFile(join(data, name, file))).toString('base64');
  files['data.mdb'] = (await readFile(lmdbFileOf(join(data, 'event-log')))).toString('base64');
  return files;
};

describe('an upgrade of a recorded folder', () => {
  test('keeps every event as it was told, and the places of the relays, and leaves the old log alone', async () => {
    const data = await unpack(history);
    const before = await oldFiles(data);
    await upgradeFolder(data);
    expect(await oldFiles(data)).toEqual(before);
    await expectAsTold(data);
    expect(await relayPositionsIn(data)).toEqual(told.relays);
    expect(existsSync(`${foldersOf(data).log}.next`)).toBe(false);
    const said = written.join('');
    expect(said).toMatch(/^2,439 events\. The new log takes at most [\d,]+ MB; [\d,]+ MB are free\.\n/);
    expect(said).toContain(`remove them by hand when you no longer want them:\n  ${join(data, 'event-log')}\n`);
  });

  test('run again says that it is done, and changes nothing', async () => {
    const data = await unpack(history);
    await upgradeFolder(data);
    const log = await readdir(foldersOf(data).log);
    written = [];
    await upgradeFolder(data);
    expect(written.join('')).toContain(`${data} is upgraded already: nothing was done.`);
    expect(await readdir(foldersOf(data).log)).toEqual(log);
    await expectAsTold(data);
  });

  test('of a folder without relays writes none', async () => {
    const data = await unpack(history);
    for (const name of ['traffic-relay', 'rejected-relay']) await rm(join(data, name), { recursive: true });
    await upgradeFolder(data);
    expect(existsSync(foldersOf(data).relays)).toBe(false);
    await expectAsTold(data);
  });

  test.each([
    ['before its first file', 'open', 1],
    ['before it writes anything', 'note', 1],
    ['at its third write', 'note', 3],
    ['in the middle of the log', 'note', 400],
    ['before the new log is on the disk', 'truncate', 1],
    ['before the place of the first relay is carried over', 'write', 1],
    ['between the relays', 'write', 2],
    ['before the new log gets its name', 'rename', 1],
  ])('killed %s and run again ends the same', async (_when, point, nth) => {
    const data = await unpack(history);
    const killed = spawnSync(process.execPath, [killedUpgrade, data, point, String(nth)]);
    expect([killed.signal, killed.stderr.toString().includes('Error')]).toEqual(['SIGKILL', false]);
    expect(oldFormatIn(data)).toBe(true);
    await upgradeFolder(data);
    await expectAsTold(data);
    expect(await relayPositionsIn(data)).toEqual(told.relays);
    expect(await readdir(data)).not.toContain('log.next');
  });
});

/** The folder is of the old format still, and nothing of a new log is in it. */
const expectUnchanged = (data: string): void => {
  expect(oldFormatIn(data)).toBe(true);
  expect(existsSync(`${foldersOf(data).log}.next`)).toBe(false);
};

describe('an upgrade is refused, and leaves the folder as it is,', () => {
  test('where an event has a changed bit', async () => {
    const data = await unpack(history);
    const file = lmdbFileOf(join(data, 'event-log'));
    const bytes = await readFile(file);
    for (let at = bytes.indexOf('"both-2"'); at >= 0; at = bytes.indexOf('"both-2"', at + 1))
      bytes.writeUInt8(bytes.readUInt8(at + 6) ^ 1, at + 6);
    await writeFile(file, bytes);
    await expect(upgradeFolder(data)).rejects.toThrow(LogDamaged);
    await expect(upgradeFolder(data)).rejects.toThrow(/the event at position \d+ is damaged; restore the log/);
    expectUnchanged(data);
  });

  test('where the log is cut short', async () => {
    const data = await unpack(history);
    const file = lmdbFileOf(join(data, 'event-log'));
    await truncate(file, (await readFile(file)).length >> 1);
    await expect(upgradeFolder(data)).rejects.toThrow(LogDamaged);
    expectUnchanged(data);
  });

  test('where it is not known how far a relay had come', async () => {
    const data = await unpack(history);
    await writeFile(join(data, 'traffic-relay', 'CURRENT'), 'MANIFEST-999999\n');
    await expect(upgradeFolder(data)).rejects.toThrow(`${join(data, 'traffic-relay')} is damaged`);
    expect(oldFormatIn(data)).toBe(true);
  });

  test('where the disk has too little room, before anything is written', async () => {
    const data = await unpack(history);
    const small: typeof openFolder = async (path) => ({ ...(await openFolder(path)), freeBytes: () => 5e6 });
    await expect(upgradeFolder(data, small)).rejects.toThrow(
      /too little room: make \d+ MB more free; nothing was changed/,
    );
    expect(written.join('')).toMatch(/The new log takes at most \d+ MB; 5 MB are free/);
    expectUnchanged(data);
  });

  test('where an old Tollgate has the folder open', async () => {
    const data = await unpack(history);
    const lock = await lockLmdbLog(join(data, 'event-log'));
    const { code, stderr } = await runCommand(['upgrade', data]);
    await lock.release();
    expect(stderr).toContain('another Tollgate is using');
    expect(code).toBe(1);
    expectUnchanged(data);
  });

  test('where another upgrade is under way', async () => {
    const data = await unpack(history);
    const lock = await lockFolder(foldersOf(data).lock);
    const { code, stderr } = await runCommand(['upgrade', data]);
    await lock.release();
    expect(stderr).toContain('another process is using');
    expect(code).toBe(1);
    expectUnchanged(data);
  });
});

describe('the command', () => {
  test('ends with 0 when it is done and when it was done before', async () => {
    const data = await unpack(history);
    expect(await runCommand(['upgrade', data])).toMatchObject({ code: 0 });
    expect(await runCommand(['upgrade', data])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('is upgraded already') as string,
    });
  });

  test('ends with 1 where the disk fills up while it writes, and leaves the folder to be upgraded later', async () => {
    const data = await unpack(history);
    expect(await runCommand(['upgrade', data], { fileBlocks: 512 })).toMatchObject({ code: 1 });
    expectUnchanged(data);
    expect(await runCommand(['upgrade', data])).toMatchObject({ code: 0 });
  });

  test.each([
    ['without a folder', () => []],
    ['with two folders', (data: string) => [data, data]],
    ['with a folder that is empty', (data: string) => [join(data, 'empty')]],
    ['with a folder that does not exist', (data: string) => [join(data, 'nowhere')]],
    ['with a file', (data: string) => [join(data, 'event-log/log/data.mdb')]],
  ])('%s ends with 2 and says why', async (_what, argumentsOf) => {
    const data = await unpack(history);
    await mkdir(join(data, 'empty'));
    const { code, stderr } = await runCommand(['upgrade', ...argumentsOf(data)]);
    expect(stderr).toMatch(/there is no log of the old format|argument|is no folder, for \S+ is a file/);
    expect(code).toBe(2);
    expectUnchanged(data);
  });

  test('serve refuses an old folder, untouched, with the command to run', async () => {
    const data = await unpack(history);
    const before = await oldFiles(data);
    const { code, stderr } = await runCommand(['serve', '--port', '0', '--data', data]);
    expect(stderr).toContain(`tollgate upgrade ${data}`);
    expect(code).toBe(1);
    expect(await oldFiles(data)).toEqual(before);
  });
});
