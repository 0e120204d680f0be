import { existsSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import type { Position } from '@tollgate/event-store';
import { openFolder } from '@tollgate/folder';
import type { Recorded } from '../../command-comparison';
import { foldersOf, requireFolder } from '../../folders';
import { CannotCopy, lockTarget } from '../ledger-copy';
import { openLogInMaking } from '../log-in-making';
import type { LogInMaking } from '../log-in-making';
import { openLogReaderIn, recordedBy } from '../open-log-reader';
import { isLog } from '../upgrade-source';
import type { CopyTarget } from './copied-log';

/** A data folder that is filled, or has been a copy before: its log has another name until all of it is there. */
export const openFolderTarget = async (data: string, ledger: string): Promise<CopyTarget> => {
  requireFolder(data);
  requireEmptyOrLog(data);
  const { log, copying, accountTable } = foldersOf(data);
  const lock = await lockTarget(data);
  let making: LogInMaking | undefined;

  /** Absent while there is none. */
  const present = (): string | undefined => [log, copying].find(isLog);
  const rename = async (from: string, to: string): Promise<void> =>
    (await openFolder(data)).rename(basename(from), basename(to));
  const begin = async (): Promise<LogInMaking> => {
    if (isLog(log)) await rename(log, copying);
    return openLogInMaking(
      { log: await openFolder(copying), accountTable: await openFolder(accountTable) },
      { ledger },
    );
  };
  const close = async (): Promise<void> => {
    await making?.close();
    making = undefined;
  };
  try {
    await requireLedger(data, { log: present(), ledger });
  } catch (error) {
    await lock.release();
    throw error;
  }
  return {
    name: data,
    recorded: (after) => recordedUnder(present(), after),
    append: async (events) => {
      making ??= await begin();
      await making.append(events);
    },
    end: async () => {
      if (present() === undefined) making = await begin();
      await close();
      if (!isLog(log)) await rename(copying, log);
    },
    close: async () => {
      await close();
      await lock.release();
    },
  };
};

async function* recordedUnder(log: string | undefined, after: Position | undefined): Recorded {
  if (log === undefined) return;
  const reader = await openLogReaderIn(log);
  try {
    yield* recordedBy(reader, after);
  } finally {
    reader.close();
  }
}

/** What a copy leaves that has not come to its end; a mounted disk may have its own. */
const ofCopies = ['lock', 'log.copying', 'account-table', 'lost+found'];

const requireEmptyOrLog = (data: string): void => {
  const { log, copying } = foldersOf(data);
  if (isLog(log)) return;
  const allowed = isLog(copying) ? ofCopies : ['lock', 'lost+found'];
  const others = existsSync(data) ? readdirSync(data).filter((name) => !allowed.includes(name)) : [];
  if (others.length > 0)
    throw new CannotCopy(
      `${data} is neither empty nor a copy of this ledger (${others.slice(0, 3).join(', ')}): choose another folder; nothing was changed`,
    );
};

const requireLedger = async (
  data: string,
  { log, ledger: wanted }: { log: string | undefined; ledger: string },
): Promise<void> => {
  if (log === undefined) return;
  const { ledger, close } = await openLogReaderIn(log);
  close();
  if (ledger !== wanted)
    throw new CannotCopy(
      `${data} holds ledger ${ledger}, and ${wanted} is to be copied: choose another folder; nothing was changed`,
    );
};
