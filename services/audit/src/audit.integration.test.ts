import { randomUUID } from 'node:crypto';
import { chmod, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  copyOf,
  createLog,
  place,
  record,
  rootOf,
  signed,
  signedAll,
  signFirst,
  start,
  stop,
  until,
} from './audit.fixture';
import type { TestLog } from './audit.fixture';
import { beginNewOrigin } from './signer';

jest.setTimeout(60_000);

test('signs the root of all lines, under the id of the first event, and again when the log has grown', async () => {
  const log = await createLog(700);
  const audit = await start(log);
  await signedAll(audit, log);
  expect(signed(audit)?.origin).toBe(`tollgate/${String(log.events()[0]?.eventId)}`);
  await record(log, 300);
  await signedAll(audit, log);
  expect(audit.lagSeconds()).toBe(0);
});

test('goes on after a restart from where it was', async () => {
  const log = await createLog(600);
  const first = await start(log);
  await signedAll(first, log);
  await stop(first);
  await record(log, 600);
  let firstRead: bigint | undefined;
  const watched: TestLog = {
    ...log,
    subscribe: (subscription) => {
      firstRead ??= subscription.after;
      return log.subscribe(subscription);
    },
  };
  const second = await start(watched);
  await signedAll(second, log);
  expect(firstRead).toBe(log.events()[599]?.position);
});

test.each([
  { name: 'gone', harm: (folder: string) => rm(folder, { recursive: true }) },
  { name: 'cut', harm: (folder: string) => writeFile(join(folder, 'hashes-0'), 'x') },
  { name: 'overwritten', harm: (folder: string) => writeFile(join(folder, 'hashes-0'), Buffer.alloc(1_000 * 32)) },
])('makes the tree anew where its files are $name', async ({ harm }) => {
  const log = await createLog(600);
  const first = await start(log);
  await signedAll(first, log);
  await stop(first);
  await harm(join(place.root, 'tree'));
  await record(log, 10);
  await signedAll(await start(log), log);
});

test('finds where an event stands, on the disk or not yet', async () => {
  const log = await createLog(1_000);
  const first = await start(log);
  await signedAll(first, log);
  await stop(first);
  await record(log, 500);
  const audit = await start(log);
  await signedAll(audit, log);
  for (const index of [0, 1, 999, 1_000, 1_499])
    expect(await audit.tree().indexOf(log.events()[index]?.eventId ?? '')).toBe(index);
  expect(await audit.tree().indexOf(randomUUID())).toBeUndefined();
});

test('gives way to whoever records, and comes along all the same', async () => {
  const log = await createLog(2_000);
  await signedAll(await start(log, () => true), log);
});

describe('a log that is no extension of what was signed', () => {
  const refusedBy = async (log: TestLog): Promise<string> => {
    const audit = await start(log);
    const before = audit.checkpoint();
    await until(() => !audit.readiness().isReady);
    expect(audit.checkpoint()).toBe(before);
    await stop(audit);
    return audit.readiness().detail;
  };

  test('is not signed where it is shorter', async () => {
    const log = copyOf(await signFirst(100), 60);
    expect(await refusedBy(log)).toMatch(/^100 events were signed, and the log has 60: put the log back/);
  });

  test('is not signed where it went another way', async () => {
    const log = copyOf(await signFirst(100), 60);
    await record(log, 60);
    expect(await refusedBy(log)).toMatch(/^100 events were signed, and the log holds others in their place/);
  });

  test('is signed again under a new origin that names the last root of the old one', async () => {
    const first = await signFirst(100);
    const log = copyOf(first, 60);
    await record(log, 60);
    await refusedBy(log);
    await beginNewOrigin(place.keyPath, 'restored from Monday');
    const audit = await start(log);
    await signedAll(audit, log);
    const origin = `tollgate/${String(log.events()[0]?.eventId)}`;
    expect(signed(audit)).toMatchObject({
      origin: `${origin}/2`,
      extension: [
        `continues ${origin} 100 ${Buffer.from(rootOf(first)).toString('base64')}`,
        'reason "restored from Monday"',
      ],
    });
  });

  test('is not signed where the key has signed for another ledger', async () => {
    await signFirst(100);
    expect(await refusedBy(await createLog(200))).toMatch(/has signed for tollgate\/.*give it a key of its own$/);
  });
});

test('the key is made once, for nobody else to read, and is nowhere else', async () => {
  const log = await createLog(1);
  const audit = await start(log);
  await signedAll(audit, log);
  expect((await stat(place.keyPath)).mode & 0o777).toBe(0o600);
  const secret = (await readFile(place.keyPath, 'utf8')).split('\n')[1] ?? '';
  for (const name of ['signing.pem.last', 'signing.pem.pub'])
    expect(await readFile(join(place.root, 'keys', name), 'utf8')).not.toContain(secret);
  expect((await readdir(join(place.root, 'keys'))).sort()).toEqual([
    ...['signing.pem', 'signing.pem.last', 'signing.pem.lock', 'signing.pem.pub'],
  ]);
  const before = await readFile(place.keyPath, 'utf8');
  await stop(audit);
  await stop(await start(log));
  expect(await readFile(place.keyPath, 'utf8')).toBe(before);
});

test('a second process with the same key is refused', async () => {
  const log = await createLog(1);
  await start(log);
  await expect(start(log)).rejects.toThrow(/another process is using .*signing\.pem\.lock/);
});

test('a key that others can read is refused, and so is what is no key, without a word of what it holds', async () => {
  const log = await createLog(1);
  await stop(await start(log));
  await chmod(place.keyPath, 0o644);
  await expect(start(log)).rejects.toThrow(/can be read by others: chmod 600/);
  await writeFile(place.keyPath, 'secret');
  await chmod(place.keyPath, 0o600);
  await expect(start(log)).rejects.toThrow(/^\S+ holds no Ed25519 key in PEM: name another file$/);
});
