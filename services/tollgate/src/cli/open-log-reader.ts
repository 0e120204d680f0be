import { storedEvents } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import { openFileLogReader } from '@tollgate/event-store-file';
import type { FileLogReader } from '@tollgate/event-store-file';
import { openFolderReadOnly } from '@tollgate/folder';
import { foldersOf } from '../folders';
import { hasLog, oldFormatIn } from './upgrade-source';

/** There is nothing here that can be read as a log. */
class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

/** The log of a data folder, to be looked at beside whoever writes it. Throws `Unreadable`, or `LogDamaged`. */
export const openLogReader = async (data: string): Promise<FileLogReader<LogEvent>> => {
  const { log } = foldersOf(data);
  if (!hasLog(data))
    throw new Unreadable(
      oldFormatIn(data)
        ? `${data} holds a log of an earlier format: run "tollgate upgrade ${data}" first`
        : `there is no log in ${data} (${log}): say where it is with --data`,
    );
  return openFileLogReader<LogEvent>(openFolderReadOnly(log), { codec: storedEvents });
};
