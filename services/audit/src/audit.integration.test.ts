import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { logLine } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import { openFolder } from '@tollgate/folder';
import { leafHash, openTree } from '@tollgate/merkle';
import type { Hash } from '@tollgate/merkle';
import type { Log } from '@tollgate/service-runtime';
import { startAudit } from './audit';
import type { Audit } from './audit';
import { checkpointIn } from './checkpoint';
import { subscribedLeaves } from './leaves';
import { beginKeyChange } from './key-change';
import { beginNewOrigin } from './signer';

jest.setTimeout(60_000);

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const metadata = { source: { receivedAt: '2026-01-31T12:00:00.000Z' } };
const paid = (paymentId: string): LogEvent => ({
  type: 'PaymentRecorded',
  data: { paymentId, accountId: 'acme', direction: 'inbound', amount: '1', currency: 'EUR' },
  metadata,
});

type TestLog = ReturnType<typeof createMemoryEventLog<LogEvent>>;
const createLog = async (count: number): Promise<TestLog> => {
  const log = createMemoryEventLog<LogEvent>();
  await record(log, count);
  return log;
};
const record = async (log: TestLog, count: number): Promise<void> => {
  const expectedRevision = log.events().length - 1;
  const events = Array.from({ length: count }, (_, index) => ({ ...paid(`p${String(index)}`), eventId: randomUUID() }));
  await log.append([{ stream: 'account-acme', expectedRevision, events }]);
};
/** A log of the first events of another. */
const copyOf = (log: TestLog, count: number): TestLog =>
  createMemoryEventLog<LogEvent>({ recorded: log.events().slice(0, count) });

const rootOf = (log: TestLog): Hash => {
  const hashes: Hash[][] = [];
  const tree = openTree({
    append: (level, hash) => (hashes[level] ??= []).push(hash),
    read: (level, index) => hashes[level]?.[index] ?? Buffer.alloc(0),
  });
  for (const event of log.events()) tree.append(leafHash(logLine(event)));
  return tree.root();
};

let root: string;
let keyPath: string;
const running = new Set<Audit>();

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tollgate-audit-'));
  keyPath = join(root, 'keys', 'signing.pem');
});
afterEach(async () => {
  await Promise.all([...running].map(stop));
  await rm(root, { recursive: true, force: true });
});

const start = async (log: TestLog, isBusy = () => false): Promise<Audit> => {
  const folder = await openFolder(join(root, 'tree'));
  const leaves = subscribedLeaves({ log, isBusy, logger: silent });
  const audit = await startAudit({ log, leaves, folder, keyPath, clock: () => new Date(), logger: silent });
  running.add(audit);
  return audit;
};
const stop = async (audit: Audit): Promise<void> => {
  running.delete(audit);
  await audit.stop();
};
const until = async (isSo: () => boolean): Promise<void> => {
  const end = Date.now() + 20_000;
  while (!isSo()) {
    if (Date.now() > end) throw new Error('it did not come about within 20 s');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};
const signed = (audit: Audit) => {
  const note = audit.checkpoint();
  return note === undefined ? undefined : checkpointIn(note);
};
const signedAll = async (audit: Audit, log: TestLog): Promise<void> => {
  await until(() => signed(audit)?.size === log.events().length || !audit.readiness().isReady);
  expect(signed(audit)).toMatchObject({ size: log.events().length, root: rootOf(log) });
};

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
  await harm(join(root, 'tree'));
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
  const signFirst = async (): Promise<TestLog> => {
    const log = await createLog(100);
    const audit = await start(log);
    await signedAll(audit, log);
    await stop(audit);
    return log;
  };
  const refusedBy = async (log: TestLog): Promise<string> => {
    const audit = await start(log);
    const before = audit.checkpoint();
    await until(() => !audit.readiness().isReady);
    expect(audit.checkpoint()).toBe(before);
    await stop(audit);
    return audit.readiness().detail;
  };

  test('is not signed where it is shorter', async () => {
    const log = copyOf(await signFirst(), 60);
    expect(await refusedBy(log)).toMatch(/^100 events were signed, and the log has 60: put the log back/);
  });

  test('is not signed where it went another way', async () => {
    const log = copyOf(await signFirst(), 60);
    await record(log, 60);
    expect(await refusedBy(log)).toMatch(/^100 events were signed, and the log holds others in their place/);
  });

  test('is signed again under a new origin that names the last root of the old one', async () => {
    const first = await signFirst();
    const log = copyOf(first, 60);
    await record(log, 60);
    await refusedBy(log);
    await beginNewOrigin(keyPath, 'restored from Monday');
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
    await signFirst();
    expect(await refusedBy(await createLog(200))).toMatch(/has signed for tollgate\/.*give it a key of its own$/);
  });
});

test('the key is made once, for nobody else to read, and is nowhere else', async () => {
  const log = await createLog(1);
  const audit = await start(log);
  await signedAll(audit, log);
  expect((await stat(keyPath)).mode & 0o777).toBe(0o600);
  const secret = (await readFile(keyPath, 'utf8')).split('\n')[1] ?? '';
  for (const name of ['signing.pem.last', 'signing.pem.pub'])
    expect(await readFile(join(root, 'keys', name), 'utf8')).not.toContain(secret);
  expect((await readdir(join(root, 'keys'))).sort()).toEqual([
    ...['signing.pem', 'signing.pem.last', 'signing.pem.lock', 'signing.pem.pub'],
  ]);
  const before = await readFile(keyPath, 'utf8');
  await stop(audit);
  await stop(await start(log));
  expect(await readFile(keyPath, 'utf8')).toBe(before);
});

test('a second process with the same key is refused', async () => {
  const log = await createLog(1);
  await start(log);
  await expect(start(log)).rejects.toThrow(/another process is using .*signing\.pem\.lock/);
});

test('a key that others can read is refused, and so is what is no key, without a word of what it holds', async () => {
  const log = await createLog(1);
  await stop(await start(log));
  await chmod(keyPath, 0o644);
  await expect(start(log)).rejects.toThrow(/can be read by others: chmod 600/);
  await writeFile(keyPath, 'secret');
  await chmod(keyPath, 0o600);
  await expect(start(log)).rejects.toThrow(/^\S+ holds no Ed25519 key in PEM: name another file$/);
});

describe('a key that follows another', () => {
  const verifier = resolve(__dirname, '../../../packages/verify/bin/tollgate-verify.js');
  /** What the offline verifier says of the log, with a key and checkpoints. */
  const verified = async (log: TestLog, keys: readonly string[], notes: readonly (string | undefined)[]) => {
    const exported = join(root, 'export.ndjson');
    await writeFile(
      exported,
      log
        .events()
        .map((event) => `${logLine(event)}\n`)
        .join(''),
    );
    const names = notes.map((_, index) => join(root, `checkpoint-${String(index)}`));
    for (const [index, name] of names.entries()) await writeFile(name, notes[index] ?? '');
    const given = [...keys.flatMap((key) => ['--key', key]), ...names.flatMap((name) => ['--checkpoint', name])];
    const { stdout } = spawnSync(process.execPath, [verifier, exported, ...given, '--json'], { encoding: 'utf8' });
    const { findings } = JSON.parse(stdout) as { findings: { checkpoint?: string; what: string }[] };
    return findings.filter(({ checkpoint }) => checkpoint !== undefined).map(({ what }) => what);
  };
  const publicKey = async (): Promise<string> => (await readFile(`${keyPath}.pub`, 'utf8')).trim();
  const signedBy = async (log: TestLog): Promise<Audit> => {
    const audit = await start(log);
    await signedAll(audit, log);
    return audit;
  };
  const changeAfter = async (decided: Parameters<typeof beginKeyChange>[1]) => {
    const log = await createLog(20);
    const first = await signedBy(log);
    await stop(first);
    const [before, old] = [first.checkpoint(), await publicKey()];
    await beginKeyChange(keyPath, decided);
    const second = await start(log);
    await until(() => log.events().length === 21 && signed(second)?.size === 21);
    await stop(second);
    return { log, old, before, after: second.checkpoint() };
  };

  test('signs from its event on, is trusted by who has the old one, and nothing is left of that', async () => {
    const secret = await createLog(1)
      .then(signedBy)
      .then(stop)
      .then(() => readFile(keyPath, 'utf8'));
    await rm(join(root, 'keys'), { recursive: true });
    const { log, old, before, after } = await changeAfter({ reason: 'a year has passed' });
    expect(log.events()[20]).toMatchObject({ stream: 'signing-key', data: { previous: old, next: await publicKey() } });
    expect(await verified(log, [old], [before, after])).toEqual([]);
    expect((await readdir(join(root, 'keys'))).sort()).toEqual([
      ...['signing.pem', 'signing.pem.last', 'signing.pem.lock', 'signing.pem.pub'],
    ]);
    expect(await readFile(keyPath, 'utf8')).not.toBe(secret);
    await signedBy(log);
  });

  test('of a stolen one is trusted by who was given it, and what the old one signed counts up to a size', async () => {
    const { log, old, before, after } = await changeAfter({ reason: 'a laptop was lost', compromisedAfter: 10 });
    const [id] = old.split('+').slice(1);
    expect(await verified(log, [old], [before])).toEqual([`key ${String(id)} signs up to 10 events, and it is of 20`]);
    expect(await verified(log, [old], [after])).toEqual([expect.stringMatching(/^it is not signed by the key of/)]);
    expect(await verified(log, [old, await publicKey()], [after])).toEqual([]);
  });

  test('is recorded once, also where the process ended before it signed', async () => {
    const log = await createLog(20);
    await stop(await signedBy(log));
    await beginKeyChange(keyPath, { reason: 'a year has passed' });
    const [old, next] = [await readFile(keyPath), await readFile(`${keyPath}.next`)];
    const change = await readFile(`${keyPath}.change`);
    await stop(await start(log));
    await until(() => log.events().length === 21);
    await writeFile(keyPath, old);
    await writeFile(`${keyPath}.next`, next, { mode: 0o600 });
    await writeFile(`${keyPath}.change`, change);
    await stop(await signedBy(log));
    expect(log.events()).toHaveLength(21);
    // It was in its place, and what had been decided was not yet taken away.
    await writeFile(`${keyPath}.change`, change);
    await stop(await signedBy(log));
    expect(log.events()).toHaveLength(21);
    expect(await readFile(keyPath)).toEqual(next);
  });

  test('is not made before anything was signed, nor twice, nor after more than was signed', async () => {
    const reason = 'a year has passed';
    await expect(beginKeyChange(keyPath, { reason })).rejects.toThrow(/^nothing was signed yet/);
    await stop(await signedBy(await createLog(5)));
    await expect(beginKeyChange(keyPath, { reason, compromisedAfter: 6 })).rejects.toThrow(
      /only 5 events were signed$/,
    );
    await beginKeyChange(keyPath, { reason });
    await expect(beginKeyChange(keyPath, { reason })).rejects.toThrow(/already: start Tollgate$/);
  });
});
