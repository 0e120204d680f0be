import { resolve } from 'node:path';
import type { Command } from 'commander';
import { requireFolder } from '../folders';
import { SettingsError } from '../settings';
import { NoOldLog, upgradeFolder } from './upgrade-folder';

export { oldFormatIn } from './upgrade-source';

/** `tollgate upgrade`: a data folder of the LMDB format becomes one of today's. */
export const addUpgrade = (program: Command): void => {
  program
    .command('upgrade')
    .summary('bring a data folder of an earlier Tollgate into the format of this one')
    .description(
      'Writes the log of a data folder anew, in the format of this Tollgate, beside the old one, compares every event and only then takes it into use. What clients were told stays: positions, revisions, ids, times, commands. The old log is left as it is, to be removed by hand.',
    )
    .argument('<folder>', 'the data folder; Tollgate must be stopped')
    .addHelpText(
      'after',
      '\nEnds with 0 when it is done, also if it was done before; with 1 if the old log is damaged, in use, or the disk too small; with 2 if the folder has no log of the old format. Interrupted, it is simply run again.',
    )
    .action(async (folder: string) => {
      requireFolder(resolve(folder));
      await upgradeFolder(resolve(folder)).catch((error: unknown) => {
        throw error instanceof NoOldLog ? new SettingsError(error.message) : error;
      });
    });
};
