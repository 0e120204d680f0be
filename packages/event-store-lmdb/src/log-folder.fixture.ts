import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noStream } from '@tollgate/event-store';
import type { EventBody, NewEvent, RecordedEvent } from '@tollgate/event-store';
import { openLmdbEventLog } from './index';
import type { LmdbEventLog } from './index';

const folders: string[] = [];

export const createFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-log-'));
  folders.push(folder);
  return folder;
};

export const removeFolders = async (): Promise<void> => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
};

export const dataFile = (folder: string): string => join(folder, 'log', 'data.mdb');

export const payment = (eventId: string, amount = '1'): NewEvent<EventBody> => ({
  eventId,
  type: 'PaymentRecorded',
  data: { amount },
  metadata: {},
});

/** Opens the log, does something with it, and closes it. */
export const withLog = async <Result>(
  folder: string,
  use: (log: LmdbEventLog<EventBody>) => Promise<Result>,
): Promise<Result> => {
  const log = await openLmdbEventLog<EventBody>({ folder });
  try {
    return await use(log);
  } finally {
    await log.close();
  }
};

/** Records so many events of one stream, from its start. */
export const fill = (folder: string, stream: string, count: number): Promise<void> =>
  withLog(folder, async (log) => {
    const events = Array.from({ length: count }, (_, index) =>
      payment(`${stream}.${String(index)}`, `amount-${String(index)}`),
    );
    await log.append([{ stream, expectedRevision: noStream, events }]);
  });

/** The whole log, read from the disk. */
export const readAll = async (log: LmdbEventLog<EventBody>): Promise<RecordedEvent<EventBody>[]> => {
  const events: RecordedEvent<EventBody>[] = [];
  for await (const batch of log.subscribe({ prefixes: [''], signal: new AbortController().signal })) {
    events.push(...batch.events);
    if (batch.isCaughtUp) break;
  }
  return events;
};
