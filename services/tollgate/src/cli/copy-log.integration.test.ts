import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient, StreamNotFoundError, jsonEvent } from '@eventstore/db-client';
import { openEsdbCopy } from '@tollgate/event-store-esdb';
import { storedEvents } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import { startEventStoreProcess } from '@tollgate/eventstore-test-server';
import type { EventStoreProcess } from '@tollgate/eventstore-test-server';
import type { RecordedEvent } from '@tollgate/event-store';
import { lockFolder, openFolder } from '@tollgate/folder';
import { removeUnpacked, unpack } from '../../../../test/histories/history';
import { foldersOf } from '../folders';
import { runCommand, startCommand } from './command-process.fixture';
import { openLogInMaking } from './log-in-making';
import { openLogReader, recordedBy } from './open-log-reader';

jest.setTimeout(180_000);

/** Every kind of event, as a kill has left them. */
const history = 'file-2';

let server: EventStoreProcess | undefined;
let url: string;
let recorded: string;
/** A copy of the recorded ledger that has come to its end: its prefix, and its digest. */
let whole: { prefix: string; digest: string };
let events: RecordedEvent<LogEvent>[];
beforeAll(async () => {
  const real = process.env['EVENTSTORE_URL'];
  if (real === undefined) server = await startEventStoreProcess({});
  url = real ?? server?.url ?? '';
  recorded = await unpack(history);
  events = await eventsIn(recorded);
  prefix = newPrefix();
  const { code, stdout } = await copy(folder(recorded), store);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/: 1,714 events, 1,714 of them now\. SHA-256/)]);
  whole = { prefix, digest: digestIn(stdout) };
});
afterAll(async () => {
  await server?.kill();
  await removeUnpacked();
});

let root: string;
/** Of streams in the store that nobody else has. */
let prefix: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tollgate-copy-'));
  prefix = newPrefix();
});
afterEach(() => rm(root, { recursive: true, force: true }));

const newPrefix = (): string => `t${randomUUID().replaceAll('-', '')}-`;

const eventsIn = async (data: string): Promise<RecordedEvent<LogEvent>[]> => {
  const reader = await openLogReader(data);
  const found: RecordedEvent<LogEvent>[] = [];
  for await (const group of recordedBy(reader)) found.push(...group);
  reader.close();
  return found;
};

const environment = (from = prefix, to = prefix): NodeJS.ProcessEnv => ({
  ...{ EVENTSTORE_URL_FROM: url, EVENTSTORE_STREAM_PREFIX_FROM: from },
  ...{ EVENTSTORE_URL_TO: url, EVENTSTORE_STREAM_PREFIX_TO: to },
});
const folder = (data: string): string => `folder:${data}`;
const store = 'eventstore';

const argumentsOf = (from: string, to: string, flags: string[]): string[] => [
  'copy-log',
  '--from',
  from,
  '--to',
  to,
  ...flags,
];
const copy = (from: string, to: string, ...flags: string[]) =>
  runCommand(argumentsOf(from, to, flags), { environment: environment() });
const startCopy = (from: string, to: string) => startCommand(argumentsOf(from, to, []), { environment: environment() });

const digestIn = (stdout: string): string => /without positions: ([0-9a-f]{64})\n/.exec(stdout)?.[1] ?? stdout;

test('a ledger with every kind of event is the same in a store, in another one, and back in a folder', async () => {
  const across = await runCommand(argumentsOf(store, store, ['--json']), { environment: environment(whole.prefix) });
  expect(JSON.parse(across.stdout)).toMatchObject({ events: 1_714, copied: 1_714, digest: whole.digest });
  const back = join(root, 'back');
  const home = await copy(store, folder(back));
  expect([home.code, digestIn(home.stdout)]).toEqual([0, whole.digest]);
  expect(await eventsIn(back)).toEqual(events);
  const verified = await runCommand(['verify', '--data', back]);
  expect([verified.code, verified.stdout]).toEqual([0, expect.stringContaining('1714 events of 61 accounts')]);
  const [before, after] = [recorded, back].map((data) => runCommand(['export', '--data', data]));
  expect((await after)?.stdout).toBe((await before)?.stdout);
});

test('killed in the middle, it goes on from there, and nothing is served before it has come to its end', async () => {
  const data = join(root, 'data');
  const isServed = (parameters: string[]) =>
    runCommand(['serve', '--port', '0', ...parameters], {
      environment: { EVENTSTORE_URL: url, EVENTSTORE_STREAM_PREFIX: prefix },
    });
  for (const [arrived, last] of [
    [100, 700],
    [900, 1_500],
  ] as const) {
    const killed = startCopy(folder(recorded), store);
    await killed.until(() => isThere(arrived));
    killed.signal('SIGKILL');
    await killed.ended;
    expect(await isThere(last)).toBe(false);
  }
  const refused = await isServed(['--data', data]);
  expect([refused.code, refused.stderr]).toEqual([
    1,
    expect.stringContaining('is a copy that has not come to its end'),
  ]);
  const rest = JSON.parse((await copy(folder(recorded), store, '--json')).stdout) as { copied: number };
  expect(rest).toMatchObject({ events: 1_714, digest: whole.digest });
  expect(rest.copied).toBeLessThan(1_714 - 900);
});

test('killed on its way into a folder, it goes on from there, and nothing is served before', async () => {
  prefix = whole.prefix;
  const back = join(root, 'back');
  const killed = startCopy(store, folder(back));
  await killed.until(async () => (await sizeOf(foldersOf(back).copying)) > 100_000);
  killed.signal('SIGKILL');
  await killed.ended;
  expect(await sizeOf(foldersOf(back).log)).toBe(0);
  for (const command of ['serve', 'verify', 'export']) {
    const { code, stderr } = await runCommand([command, '--data', back]);
    expect([code, stderr]).toEqual([
      command === 'export' ? 1 : 2,
      expect.stringContaining('a copy into ' + back + ' has not come to its end: run "tollgate copy-log" again'),
    ]);
  }
  const { copied } = JSON.parse((await copy(store, folder(back), '--json')).stdout) as { copied: number };
  expect(copied).toBeLessThan(1_714);
  expect(await eventsIn(back)).toEqual(events);
});

test('Ctrl-C ends it with 130 and says how to go on', async () => {
  const interrupted = startCopy(folder(recorded), store);
  await interrupted.until(() => isThere(100));
  interrupted.signal('SIGINT');
  expect(await interrupted.ended).toBe(130);
  expect(interrupted.stderr()).toMatch(
    /tollgate: interrupted by SIGINT, with [\d,]+ of 1,714 events copied\. .*: run the same command again/,
  );
});

describe('nothing is copied', () => {
  const refused = async (
    [from, to]: readonly [string, string],
    reason: RegExp,
    given = environment(),
  ): Promise<void> => {
    const { code, stderr } = await runCommand(argumentsOf(from, to, []), { environment: given });
    expect([code, stderr]).toEqual([2, expect.stringMatching(reason)]);
  };

  test('to streams of somebody else, or of another ledger', async () => {
    const client = EventStoreDBClient.connectionString(url);
    const credentials = { username: 'admin', password: 'changeit' };
    await client.appendToStream(`${prefix}invoices`, jsonEvent({ type: 'Sent', data: {} }), { credentials });
    await client.dispose();
    await refused([folder(recorded), store], /the store has a stream \S+-invoices, and no ledger whose it is/);
    prefix = newPrefix();
    const other = await openEsdbCopy<LogEvent>({ ...placeOf(), ledger: 'another' });
    await other.close();
    await refused(
      [folder(recorded), store],
      /names the ledger another, not 59317da2-6c04-4912-88a0-06e14180a98d: set .*EVENTSTORE_STREAM_PREFIX_TO/,
    );
  });

  test('to a folder that has something in it, or another ledger', async () => {
    prefix = whole.prefix;
    const used = join(root, 'used');
    await mkdir(used);
    await writeFile(join(used, 'notes.txt'), 'mine');
    await refused([store, folder(used)], /is neither empty nor a copy of this ledger \(notes\.txt\)/);
    expect(await readdir(used)).toEqual(['notes.txt']);
    await refused([store, folder(await unpack('file-1'))], /holds ledger \S+, and 59317da2-\S+ is to be copied/);
  });

  test('from a folder that a process has open, but with --live, and then it is not served', async () => {
    const small = await smallLedger();
    const { release } = await lockFolder(foldersOf(small).lock);
    await refused([folder(small), store], /Tollgate is running on \S+: stop it first; or .* with --live/);
    const live = await copy(folder(small), store, '--live');
    expect([live.code, live.stdout]).toEqual([0, expect.stringContaining('It is not served yet: stop Tollgate')]);
    await release();
    await refused([store, folder(join(root, 'back'))], /is a copy that has not come to its end/);
    const rest = await copy(folder(small), store, '--json');
    expect(JSON.parse(rest.stdout)).toMatchObject({ copied: 0, digest: digestIn(live.stdout) });
    expect((await copy(store, folder(join(root, 'back')))).code).toBe(0);
  });

  test('from where there is no ledger, or to where it comes from', async () => {
    await refused([store, folder(join(root, 'back'))], /there is no ledger in the store whose stream is \S+-ledger/);
    await refused([folder(root), store], /there is no log in/);
    await refused([store, store], /^tollgate: EVENTSTORE_URL_TO: it is the log that is copied/);
    await refused(
      [folder(recorded), folder(root)],
      /^tollgate: --to: a folder is copied to a folder by "tollgate backup"/,
    );
    await refused(['elsewhere', store], /^tollgate: --from: must be folder:PATH or eventstore/);
    await refused([folder(recorded), store], /^tollgate: EVENTSTORE_URL_TO: must be/, {});
    const misspelt = { ...environment(), EVENTSTORE_URL_FORM: url };
    await refused([folder(recorded), store], /EVENTSTORE_URL_FORM: there is no such setting/, misspelt);
    const withSecret = { ...environment(), EVENTSTORE_URL_TO: 'esdb://me:secret@there?tls=perhaps' };
    const { code, stderr } = await runCommand(argumentsOf(folder(recorded), store, []), { environment: withSecret });
    expect([code, stderr]).toEqual([2, expect.not.stringContaining('secret')]);
  });
});

test('a copy in which one event says something else, or which goes on, differs and is left as it is', async () => {
  const small = await smallLedger();
  const at = events.findIndex(({ type }) => type === 'AccountOpened');
  const changed = events
    .slice(0, 60)
    .map((event, index) => (index === at && event.type === 'AccountOpened' ? withName(event, 'Changed Ltd.') : event));
  await fill(changed);
  const differs = await copy(folder(small), store);
  const what = /differs: revision \d+ of account-\S+ \(position \d+\) is \[.*"Changed Ltd\.".* and should be \[/;
  expect([differs.code, differs.stderr]).toEqual([1, expect.stringMatching(what)]);
  expect([await isThere(59), await isThere(60)]).toEqual([true, false]);
  prefix = newPrefix();
  await fill(events.slice(0, 101));
  const ahead = await copy(folder(small), store);
  expect([ahead.code, ahead.stderr]).toEqual([1, expect.stringContaining('goes on where the other log ends')]);
});

const withName = <Event extends { data: object }>(event: Event, name: string): Event => ({
  ...event,
  data: { ...event.data, name },
});

const ledger = '59317da2-6c04-4912-88a0-06e14180a98d';

/** A data folder with the first hundred of the recorded events. */
const smallLedger = async (): Promise<string> => {
  const data = join(root, 'small');
  const { log, accountTable } = foldersOf(data);
  const folders = { log: await openFolder(log), accountTable: await openFolder(accountTable) };
  const made = await openLogInMaking(folders, { ledger });
  await made.append(events.slice(0, 100));
  await made.close();
  return data;
};

const fail = (): never => {
  throw new Error('the history has events');
};

const placeOf = () => ({ connectionString: () => url, streamPrefix: prefix, codec: storedEvents });

/** Puts events into a copy of the recorded ledger, whatever they say. */
const fill = async (added: readonly RecordedEvent<LogEvent>[]): Promise<void> => {
  const target = await openEsdbCopy<LogEvent>({ ...placeOf(), ledger });
  for (const event of added) await target.append([event]);
  await target.close();
};

/** Of all files in a folder. */
const sizeOf = async (path: string): Promise<number> => {
  const names = await readdir(path).catch(() => []);
  const sizes = await Promise.all(
    names.map(async (name) => (await stat(join(path, name)).catch(() => ({ size: 0 }))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
};

/** Whether a recorded event is in the store. */
const isThere = async (index: number): Promise<boolean> => {
  const { stream, revision } = events[index] ?? fail();
  const client = EventStoreDBClient.connectionString(url);
  try {
    const selection = { fromRevision: BigInt(revision), maxCount: 1 };
    for await (const { event } of client.readStream(prefix + stream, selection)) if (event !== undefined) return true;
    return false;
  } catch (error) {
    if (error instanceof StreamNotFoundError) return false;
    throw error;
  } finally {
    await client.dispose();
  }
};
