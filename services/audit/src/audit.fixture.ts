import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const metadata = { source: { receivedAt: '2026-01-31T12:00:00.000Z' } };
const paid = (paymentId: string): LogEvent => ({
  type: 'PaymentRecorded',
  data: { paymentId, accountId: 'acme', direction: 'inbound', amount: '1', currency: 'EUR' },
  metadata,
});

export type TestLog = ReturnType<typeof createMemoryEventLog<LogEvent>>;
export const createLog = async (count: number): Promise<TestLog> => {
  const log = createMemoryEventLog<LogEvent>();
  await record(log, count);
  return log;
};
export const record = async (log: TestLog, count: number): Promise<void> => {
  const expectedRevision = log.events().length - 1;
  const events = Array.from({ length: count }, (_, index) => ({ ...paid(`p${String(index)}`), eventId: randomUUID() }));
  await log.append([{ stream: 'account-acme', expectedRevision, events }]);
};
/** A log of the first events of another. */
export const copyOf = (log: TestLog, count: number): TestLog =>
  createMemoryEventLog<LogEvent>({ recorded: log.events().slice(0, count) });

export const rootOf = (log: TestLog): Hash => {
  const hashes: Hash[][] = [];
  const tree = openTree({
    append: (level, hash) => (hashes[level] ??= []).push(hash),
    read: (level, index) => hashes[level]?.[index] ?? Buffer.alloc(0),
  });
  for (const event of log.events()) tree.append(leafHash(logLine(event)));
  return tree.root();
};

/** Of one test: a folder, and in it the signing key. */
export const place = { root: '', keyPath: '', agent: undefined as string | undefined };
const running = new Set<Audit>();

beforeEach(async () => {
  place.root = await mkdtemp(join(tmpdir(), 'tollgate-audit-'));
  place.keyPath = join(place.root, 'keys', 'signing.pem');
  place.agent = undefined;
});
afterEach(async () => {
  await Promise.all([...running].map(stop));
  await rm(place.root, { recursive: true, force: true });
});

export const start = async (log: TestLog, isBusy = () => false): Promise<Audit> => {
  const folder = await openFolder(join(place.root, 'tree'));
  const leaves = subscribedLeaves({ log, isBusy, logger: silent });
  const audit = await startAudit({
    log,
    leaves,
    folder,
    key: { path: place.keyPath, agent: place.agent },
    clock: () => new Date(),
    logger: silent,
  });
  running.add(audit);
  return audit;
};
export const stop = async (audit: Audit): Promise<void> => {
  running.delete(audit);
  await audit.stop();
};
export const until = async (isSo: () => boolean): Promise<void> => {
  const end = Date.now() + 20_000;
  while (!isSo()) {
    if (Date.now() > end) throw new Error('it did not come about within 20 s');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};
export const signed = (audit: Audit) => {
  const note = audit.checkpoint();
  return note === undefined ? undefined : checkpointIn(note);
};
export const signedAll = async (audit: Audit, log: TestLog): Promise<void> => {
  await until(() => signed(audit)?.size === log.events().length || !audit.readiness().isReady);
  expect(signed(audit)).toMatchObject({ size: log.events().length, root: rootOf(log) });
};

/** A process that signs all of the log, and ends. */
export const signs = async (log: TestLog): Promise<void> => {
  const audit = await start(log);
  await signedAll(audit, log);
  await stop(audit);
};

/** A log of so many events, all of them signed. */
export const signFirst = async (count: number): Promise<TestLog> => {
  const log = await createLog(count);
  await signs(log);
  return log;
};
