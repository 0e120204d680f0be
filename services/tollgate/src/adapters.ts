import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogEvent } from '@tollgate/contracts';
import type { EventLog } from '@tollgate/event-store';
import { openLmdbEventLog } from '@tollgate/event-store-lmdb';
import { openProjectionStore } from '@tollgate/projection-store';
import type { ProjectionStore } from '@tollgate/projection-store';
import type { Log } from '@tollgate/service-runtime';
import { derivedVersions, foldersOf } from './folders';
import type { DerivedFolder } from './folders';

/** What a node stands on: where its log and derived state are kept, and what time it is. */
export type Adapters = {
  openLog(): Promise<EventLog<LogEvent>>;
  openStore(name: DerivedFolder): Promise<ProjectionStore>;
  clock: () => Date;
};

/** Everything in one folder of this machine: the log in LMDB, what is derived from it in LevelDB. */
export const folderAdapters = (data: string, logger: Log): Adapters => {
  const folders = foldersOf(data);
  const clock = (): Date => new Date();
  const onDropped = (folder: string) => (reason: string) => {
    logger.warn({ folder, reason }, 'derived state is dropped and derived anew from the log');
  };
  return {
    openLog: async () => {
      await probe(data);
      return openLmdbEventLog<LogEvent>({
        folder: folders.eventLog,
        clock,
        onIndexDropped: onDropped(folders.eventLog),
      });
    },
    openStore: (name) =>
      openProjectionStore({ path: folders[name], version: derivedVersions[name], onDropped: onDropped(folders[name]) }),
    clock,
  };
};

/** Room that opening the stores needs. They map their files: on a full disk the kernel would kill the process instead. */
const probeBytes = 1 << 20;

/** Throws, with what to do, if the data folder cannot be written. */
const probe = async (data: string): Promise<void> => {
  const file = join(data, 'probe');
  try {
    await mkdir(data, { recursive: true });
    await writeFile(file, Buffer.alloc(probeBytes), { flush: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `the data folder ${data} cannot be written (${reason}): make room or give it to this user, or choose another with --data`,
      { cause: error },
    );
  } finally {
    await rm(file, { force: true }).catch(() => undefined);
  }
};
