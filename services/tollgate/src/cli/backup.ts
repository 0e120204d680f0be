import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { foldersOf, requireFolder } from '../folders';
import { settingSources } from '../settings';
import { folderOf } from './folder-of';
import { CannotCopy, copyLedger, lockTarget, requireApart, sizeOf, tellOutcome } from './ledger-copy';
import type { LedgerCopy } from './ledger-copy';
import { requireLog } from './open-log-reader';
import { say } from './terminal-text';

type Flags = { data?: string; json?: boolean };

/** `tollgate backup`: brings a copy of a data folder up to date, beside the process that writes it. */
export const addBackup = (program: Command): void => {
  const { flag = '', variable, about } = settingSources.data;
  program
    .command('backup')
    .summary('copy the ledger into a folder, also while Tollgate runs')
    .description(
      'Brings <folder> up to the last durable event of the log, also while Tollgate runs: copies what it has not, checks every byte of what it copied where it lies, and keeps how far the commands were acknowledged. The folder becomes a backup when it is empty or missing; run again it is brought up to date, and segments that are complete are not copied twice.',
    )
    .argument('<folder>', 'where the backup is kept, best on another disk; one ledger a folder')
    .option(flag, `${about}: what is backed up (${variable})`)
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nEnds with 0 when all of it is on the disk; with 1 if the log or the backup is damaged, or the backup holds other or later events than the log; with 2 if it cannot be done; with 130 if Ctrl-C ended it. Interrupted, it is simply run again. Whether an old backup is still whole: tollgate verify --data <folder>. Back from it: tollgate restore <folder>.',
    )
    .action(async (folder: string, flags: Flags) => {
      const data = folderOf(flags, 'back it up with the tools of the store');
      const target = resolve(folder);
      const isJson = flags.json === true;
      await tellOutcome(
        isJson,
        () => backup(data, target, isJson),
        (copy) => {
          tell(copy, target);
        },
      );
    });
};

const backup = async (data: string, target: string, isQuiet: boolean): Promise<LedgerCopy> => {
  requireLog(data, 'say where it is with --data');
  requireApart(data, target);
  requireBackup(target);
  const lock = await lockTarget(target);
  try {
    return await copyLedger({ from: data, to: foldersOf(target), isQuiet, ifInterrupted });
  } finally {
    await lock.release();
  }
};

const ifInterrupted =
  'The log is untouched, and what was copied is whole as far as it came: run the same command again, and it goes on from there';

/** What a backup has in it, or has once Tollgate was started on it; a mounted disk may have its own. */
const ofBackups = ['log', 'relays', 'lock', 'account-table', 'lost+found'];

/** A folder with anything else in it was meant for something else. */
const requireBackup = (target: string): void => {
  requireFolder(target);
  const others = existsSync(target) ? readdirSync(target).filter((name) => !ofBackups.includes(name)) : [];
  if (others.length > 0)
    throw new CannotCopy(
      `${target} is no backup and not empty (${others.slice(0, 3).join(', ')}): give backups a folder of their own`,
    );
};

const tell = ({ ledger, position, segments, sizeBytes, copiedBytes }: LedgerCopy, target: string): void => {
  say(
    `Backed up ledger ${ledger} up to position ${position} in ${target}: ${String(segments)} segment${segments === 1 ? '' : 's'}, ${sizeOf(sizeBytes)}, of which ${sizeOf(copiedBytes)} were copied and checked now.`,
  );
};
