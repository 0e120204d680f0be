import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventBody, NewEvent, RecordedEvent } from '@tollgate/event-store';
import { openFolder } from '@tollgate/folder';
import type { Folder } from '@tollgate/folder';
import { openFileEventLog } from './index';
import type { FileEventLog, FileEventLogOptions } from './index';
import { codec, createMapIndex } from './map-index.fixture';

const paths: string[] = [];

export const createFolder = async (): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), 'tollgate-log-'));
  paths.push(path);
  return path;
};

export const removeFolders = async (): Promise<void> => {
  for (const path of paths.splice(0)) await rm(path, { recursive: true, force: true });
};

/** The folder of the log in a folder of data. */
export const logOf = (folder: string): string => join(folder, 'log');

type Options = Partial<FileEventLogOptions<EventBody>>;

export const streamClasses = ['account-', 'cutoff-', 'rejected-'];

export const openLog = (folder: Folder, options: Options = {}): Promise<FileEventLog<EventBody>> =>
  openFileEventLog<EventBody>({ folder, index: createMapIndex(), codec, streamClasses, ...options });

export const payment = (eventId: string, amount = '1'): NewEvent<EventBody> => ({
  eventId,
  type: 'PaymentRecorded',
  data: { amount },
  metadata: {},
});

/** Opens the log, does something with it, and closes it. */
export const withLog = async <Result>(
  folder: Folder | string,
  use: (log: FileEventLog<EventBody>) => Promise<Result>,
  options: Options = {},
): Promise<Result> => {
  const log = await openLog(typeof folder === 'string' ? await openFolder(folder) : folder, options);
  try {
    return await use(log);
  } finally {
    await log.close();
  }
};

/** The whole log, read from its files. */
export const readAll = async (log: FileEventLog<EventBody>): Promise<RecordedEvent<EventBody>[]> => {
  const events: RecordedEvent<EventBody>[] = [];
  for await (const batch of log.subscribe({ prefixes: [''], signal: new AbortController().signal })) {
    events.push(...batch.events);
    if (batch.isCaughtUp) break;
  }
  return events;
};
