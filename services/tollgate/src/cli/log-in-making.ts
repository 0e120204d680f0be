import { openAccountTable } from '@tollgate/account-table';
import { storedEvents, streamPrefixes } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { RecordedEvent } from '@tollgate/event-store';
import { openFileEventLog } from '@tollgate/event-store-file';
import type { FileEventLog } from '@tollgate/event-store-file';
import type { Folder } from '@tollgate/folder';
import { logGroupsOf } from './log-groups';
import type { LogGroup } from './log-groups';

/** Where a log is made from another one's events, and what is folded from them meanwhile. */
export type LogFolders = { log: Folder; accountTable: Folder };

/** A log in files that is made from events of another one. */
export type LogInMaking = {
  log: FileEventLog<LogEvent>;
  /** Appends them in their order, at their times. Throws where they contradict what is there. */
  append(
    events: Iterable<RecordedEvent<LogEvent>> | AsyncIterable<RecordedEvent<LogEvent>>,
    done?: Done,
  ): Promise<void>;
  close(): Promise<void>;
};

/** Told of each group that is in the log. */
type Done = (group: LogGroup) => void;

/** Whatever would be a warning is a fault here. `ledger`: whose log it is, if it is new. */
export const openLogInMaking = async (
  { log: folder, accountTable }: LogFolders,
  { ledger }: { ledger?: string } = {},
): Promise<LogInMaking> => {
  let recordedAt = new Date(0);
  const onWarning = (message: string): never => {
    throw new Error(message);
  };
  const table = openAccountTable({ folder: accountTable });
  const log = await openFileEventLog<LogEvent>({
    ...{ folder, index: table, codec: storedEvents, streamClasses: Object.values(streamPrefixes), onWarning },
    clock: () => recordedAt,
    ...(ledger !== undefined && { ledger }),
  });
  return {
    log,
    append: async (events, done) => {
      for await (const group of logGroupsOf(events)) {
        recordedAt = new Date(group.recordedAt);
        await appendGroup(log, group);
        done?.(group);
      }
    },
    close: async () => {
      await log.close();
      await table.close();
    },
  };
};

const appendGroup = async (log: FileEventLog<LogEvent>, { first, appends }: LogGroup): Promise<void> => {
  for (const result of await log.append(appends)) {
    if (result.status === 'unknown') throw result.error;
    if (result.status === 'conflict')
      throw new Error(`the other log contradicts itself from position ${String(first)} on`);
  }
};
