import { FolderInUse, lockFolder } from '@tollgate/folder';
import { foldersOf } from '../../folders';
import { CannotCopy } from '../ledger-copy';
import { openLogReader, recordedBy, requireLog } from '../open-log-reader';
import type { CopySource } from './copied-log';

/** The log of a data folder: of one that is stopped, which then stays so, or beside a process that writes it. */
export const openFolderSource = async (data: string, { isLive }: { isLive: boolean }): Promise<CopySource> => {
  requireLog(data, 'name the data folder with --from folder:PATH');
  const lock = isLive ? undefined : await lockFolder(foldersOf(data).lock).catch(inUse(data));
  try {
    const reader = await openLogReader(data);
    return {
      name: data,
      ledger: reader.ledger,
      total: reader.end,
      // Nobody else writes to a folder.
      leftOut: () => [],
      recorded: () => recordedBy(reader),
      // It is locked.
      requireEnd: () => Promise.resolve(),
      close: async () => {
        reader.close();
        await lock?.release();
      },
    };
  } catch (error) {
    await lock?.release();
    throw error;
  }
};

const inUse =
  (data: string) =>
  (error: unknown): never => {
    if (!(error instanceof FolderInUse)) throw error;
    throw new CannotCopy(
      `Tollgate is running on ${data}: stop it first; or copy what is there already with --live, and the rest once it is stopped`,
    );
  };
