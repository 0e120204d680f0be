import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { open } from 'lmdb';
import type { EventBody, RecordedEvent } from '@tollgate/event-store';

const folders: string[] = [];

export const createFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-old-log-'));
  folders.push(folder);
  return folder;
};

export const removeFolders = async (): Promise<void> => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
};

/** A record as the Tollgate that kept its log in LMDB made it. */
export const encodeRecord = (event: RecordedEvent<EventBody>): Buffer => {
  const { stream, revision, eventId, type, data, metadata, recordedAt } = event;
  const json = JSON.stringify([revision, eventId, type, data, metadata, recordedAt]);
  const name = Buffer.from(stream);
  const record = Buffer.concat([Buffer.alloc(6), name, Buffer.from(json)]);
  record.writeUInt16LE(name.length, 4);
  record.writeUInt32LE(crc32(record.subarray(4)), 0);
  return record;
};

/** Events of one stream, so many, from position 1. */
export const eventsOf = (stream: string, count: number): RecordedEvent<EventBody>[] =>
  Array.from({ length: count }, (_, revision) => ({
    ...{ stream, revision, eventId: `${stream}.${String(revision)}`, position: BigInt(revision + 1) },
    ...{ type: 'PaymentRecorded', data: { amount: `amount-${String(revision)}` }, metadata: {} },
    recordedAt: '2026-01-31T12:00:00.000Z',
  }));

/** Writes a log; each event at its position. */
export const writeOldLog = async (
  folder: string,
  events: readonly RecordedEvent<EventBody>[],
  format = 1,
): Promise<void> => {
  const environment = open({ path: join(folder, 'log'), maxDbs: 4, pageSize: 8_192 });
  environment.openDB<number, string>('meta', { encoding: 'json' }).putSync('format', format);
  const records = environment.openDB<Buffer, number>('records', { encoding: 'binary' });
  environment.transactionSync(() => {
    for (const event of events) records.putSync(Number(event.position), encodeRecord(event));
  });
  await environment.close();
};
