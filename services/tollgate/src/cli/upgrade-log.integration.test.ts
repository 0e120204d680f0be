import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventBody, RecordedEvent } from '@tollgate/event-store';
import type { LmdbLog } from '@tollgate/event-store-lmdb';
import { openFolder } from '@tollgate/folder';
import { verifyLog, writeLog } from './upgrade-log';

type Old = RecordedEvent<EventBody>;

const metadata = { receivedAt: '2026-01-31T11:59:59.999Z' };
const recordedAt = '2026-01-31T12:00:00.000Z';
const base = { accountId: 'acme', currency: 'EUR' };
const usage = (usageId: string) => ({ usageId, ...base, direction: 'inbound', amount: '1' });

const eventOf = (revision: number, type: string, data: object): Old => ({
  ...{ eventId: `event-${String(revision)}`, stream: 'account-acme', revision, position: BigInt(revision + 1) },
  ...{ type, data, metadata, recordedAt },
});
const opening = eventOf(0, 'AccountOpened', base);
const first = eventOf(1, 'UsageCharged', usage('one'));
const second = eventOf(2, 'UsageCharged', usage('two'));
const history = [opening, first, second];

const sourceOf = (events: readonly Old[]): LmdbLog => ({
  ...{ last: events.length, sizeBytes: 0 },
  events: () => events,
  close: () => Promise.resolve(),
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tollgate-upgrade-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const targetOf = async (table: string) => ({
  log: await openFolder(join(folder, 'log')),
  accountTable: await openFolder(join(folder, table)),
});

/** Writes the history, then compares it with what an old log is said to hold. */
const verify = async (old: readonly Old[]): Promise<void> => {
  await writeLog(sourceOf(history), await targetOf('table-1'), () => undefined);
  await verifyLog(sourceOf(old), await targetOf('table-2'), () => undefined);
};

test('what was written is found to be what stood in the old log', async () => {
  await expect(verify(history)).resolves.toBeUndefined();
});

test('an empty log becomes an empty log', async () => {
  await writeLog(sourceOf([]), await targetOf('table-1'), () => undefined);
  await expect(verifyLog(sourceOf([]), await targetOf('table-2'), () => undefined)).resolves.toBeUndefined();
});

test.each<[string, object]>([
  ['amount', { data: { ...usage('one'), amount: '2' } }],
  ['order of fields', { data: Object.fromEntries(Object.entries(usage('one')).reverse()) }],
  ['event id', { eventId: 'event-9' }],
  ['time of receipt', { metadata: { receivedAt: recordedAt } }],
  ['time of recording', { recordedAt: '2026-01-31T12:00:00.001Z' }],
  ['revision', { revision: 7 }],
  ['stream', { stream: 'account-other' }],
  ['type', { type: 'PaymentRecorded' }],
])('another %s is found, with its position', async (_what, difference) => {
  await expect(verify([opening, { ...first, ...difference }, second])).rejects.toThrow('the event at position 2 was [');
});

test('an event that is missing, or one too many, is found', async () => {
  const third = eventOf(3, 'UsageCharged', usage('three'));
  await expect(verify([...history, third])).rejects.toThrow('the event at position 4 is missing');
  await rm(folder, { recursive: true });
  await expect(verify([opening, first])).rejects.toThrow('goes on after the last event, at position 2');
});

test('an old log whose revisions contradict each other is not written', async () => {
  const written = writeLog(
    sourceOf([opening, { ...second, position: 2n, recordedAt: '2026-01-31T12:00:01.000Z' }]),
    await targetOf('table-1'),
    () => undefined,
  );
  await expect(written).rejects.toThrow('the other log contradicts itself from position 2 on');
});
