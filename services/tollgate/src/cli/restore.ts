import { existsSync, readdirSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { LogDamaged } from '@tollgate/event-store';
import { openFolder } from '@tollgate/folder';
import { foldersOf, requireFolder } from '../folders';
import { settingSources } from '../settings';
import { folderOf } from './folder-of';
import { CannotCopy, copyLedger, lockTarget, requireApart, sizeOf, tellOutcome } from './ledger-copy';
import type { LedgerCopy } from './ledger-copy';
import { openLogReaderIn, requireLog } from './open-log-reader';
import { startProgress } from './progress-bar';
import { say } from './terminal-text';
import { verifyLog } from './verification';

type Flags = { data?: string; json?: boolean };

/** `tollgate restore`: a backup becomes a data folder. */
export const addRestore = (program: Command): void => {
  const { flag = '', variable, about } = settingSources.data;
  program
    .command('restore')
    .summary('make a data folder from a backup')
    .description(
      'Copies the backup in <folder> into an empty data folder, reads every event back, folds all of them and only then puts the log in its place. The backup is only read. Tollgate does not start on a folder whose restore has not come to its end.',
    )
    .argument('<folder>', 'the backup, as tollgate backup has written it')
    .option(flag, `${about}: empty or missing, it is what is made (${variable})`)
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nEnds with 0 when the ledger is restored; with 1 if the backup is damaged; with 2 if it cannot be done. Interrupted, it is simply run again. What the backup does not hold yet, and Kafka topics that are ahead of it: see "Backup and restore" in the README, before the start.',
    )
    .action(async (folder: string, flags: Flags) => {
      const data = folderOf(flags, 'restore it with the tools of the store');
      const isJson = flags.json === true;
      await tellOutcome(
        isJson,
        () => restore(resolve(folder), data, isJson),
        (restored) => {
          tell(restored, data);
        },
      );
    });
};

type Restored = LedgerCopy & { accounts: number };

const restore = async (backup: string, data: string, isQuiet: boolean): Promise<Restored> => {
  requireLog(backup, 'name the folder that "tollgate backup" has written');
  requireApart(backup, data);
  requireEmpty(data);
  const { log, relays, restoring } = foldersOf(data);
  const lock = await lockTarget(data);
  try {
    const unfinished = await openFolder(restoring);
    const copy = await copyLedger({ from: backup, to: { log: unfinished.path, relays }, isQuiet, ifInterrupted });
    const accounts = await verify(data, isQuiet);
    await (await openFolder(data)).rename(basename(restoring), basename(log));
    return { ...copy, accounts };
  } finally {
    await lock.release();
  }
};

const ifInterrupted =
  'The backup is untouched, and Tollgate does not start on half a restore: run the same command again';

/** What a restore leaves that was interrupted. */
const ofRestores = (data: string): string[] =>
  existsSync(foldersOf(data).restoring) ? ['lock', 'lost+found', 'log.restoring', 'relays'] : ['lock', 'lost+found'];

const requireEmpty = (data: string): void => {
  requireFolder(data);
  const allowed = ofRestores(data);
  const others = existsSync(data) ? readdirSync(data).filter((name) => !allowed.includes(name)) : [];
  if (others.length > 0)
    throw new CannotCopy(
      `${data} is not empty (${others.slice(0, 3).join(', ')}): move it out of the way, or choose another with --data; nothing was changed`,
    );
};

const shownDifferences = 5;

/** As `tollgate verify` does. Throws `LogDamaged` where anything differs. */
const verify = async (data: string, isQuiet: boolean): Promise<number> => {
  const { restoring, accountTable } = foldersOf(data);
  const reader = await openLogReaderIn(restoring);
  try {
    const progress = isQuiet ? undefined : startProgress({ unit: 'events', total: reader.end });
    const onProgress = (place: number): void => progress?.update(place);
    const { accounts, differences, events } = await verifyLog({ reader, accountTable, onProgress });
    progress?.finish(events);
    if (differences.length === 0) return accounts;
    const what = differences.slice(0, shownDifferences).map((one) => `position ${one.position}: ${one.what}`);
    throw new LogDamaged(
      `what was restored is not as it should be and was not put in its place (it stays in ${restoring}); restore another backup into another folder\n${what.join('\n')}`,
    );
  } finally {
    reader.close();
  }
};

const tell = ({ ledger, position, accounts, sizeBytes }: Restored, data: string): void => {
  say(
    `Restored ledger ${ledger} up to position ${position} into ${data}: ${String(accounts)} account${accounts === 1 ? '' : 's'}, ${sizeOf(sizeBytes)}, every event read back and folded.`,
  );
  say(
    'With Kafka, read "Backup and restore" in the README before the start: topics may be ahead of what was restored.',
  );
};
