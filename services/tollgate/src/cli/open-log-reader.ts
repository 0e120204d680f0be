import { storedEvents } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { Position } from '@tollgate/event-store';
import { openFileLogReader } from '@tollgate/event-store-file';
import type { FileLogReader } from '@tollgate/event-store-file';
import { openFolderReadOnly } from '@tollgate/folder';
import type { Recorded } from '../command-comparison';
import { foldersOf, requireFolder, unfinishedIn } from '../folders';
import { hasLog, oldFormatIn } from './upgrade-source';

/** There is nothing here that can be read as a log. */
class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

/** The log of a data folder, to be looked at beside whoever writes it. Throws `Unreadable`, or `LogDamaged`. */
export const openLogReader = async (data: string): Promise<FileLogReader<LogEvent>> => {
  requireLog(data, 'say where it is with --data');
  return openLogReaderIn(foldersOf(data).log);
};

export const openLogReaderIn = (log: string): Promise<FileLogReader<LogEvent>> =>
  openFileLogReader<LogEvent>(openFolderReadOnly(log), { codec: storedEvents });

/** Its events in their order, from the first one or after one. */
export async function* recordedBy(reader: FileLogReader<LogEvent>, after: Position = 0n): Recorded {
  for await (const { count, place, event } of reader.groups()) {
    const indexes = Array.from({ length: count }, (_, index) => index).filter((index) => BigInt(place(index)) > after);
    if (indexes.length > 0) yield indexes.map(event);
  }
}

/** Throws `Unreadable` where there is no log of today's format; `otherwise` says what to do if there is none at all. */
export const requireLog = (data: string, otherwise: string): void => {
  requireFolder(data);
  if (hasLog(data)) return;
  const missing = `there is no log in ${data} (${foldersOf(data).log}): ${otherwise}`;
  const old = `${data} holds a log of an earlier format: run "tollgate upgrade ${data}" first`;
  throw new Unreadable(unfinishedIn(data) ?? (oldFormatIn(data) ? old : missing));
};
