import type { Command } from 'commander';
import { LogDamaged } from '@tollgate/event-store';
import { foldersOf } from '../folders';
import { settingSources } from '../settings';
import { folderOf } from './folder-of';
import { openLogReader } from './open-log-reader';
import { startProgress } from './progress-bar';
import { say } from './terminal-text';
import { verifyLog } from './verification';
import type { Difference, Verification } from './verification';

const differs = 1;
const unreadable = 2;

/** `tollgate verify`: every event of the log against its header, its fold and what was kept of it. */
export const addVerify = (program: Command): void => {
  const { flag = '', variable, about } = settingSources.data;
  program
    .command('verify')
    .summary('read the whole log, fold it anew and compare')
    .description(
      'Reads every event of the log up to the last durable one, also while Tollgate runs: compares each line with its header, folds all of them anew, looks for ids that count twice and compares the snapshot of the account table. Changes nothing.',
    )
    .option(flag, `${about} (${variable})`)
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nEnds with 0 if all is as it should be, with 1 if something differs, with 2 if the log cannot be read.',
    )
    .action(async (flags: { data?: string; json?: boolean }) => {
      const data = folderOf(
        flags,
        'its events and streams are checked by the store, and what is folded from them whenever Tollgate starts on an empty data folder',
      );
      try {
        const result = await verify(data, flags.json === true).catch(asDamage);
        tell(result, flags.json === true);
        process.exitCode = result.differences.length === 0 ? 0 : differs;
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        if (flags.json === true) process.stdout.write(`${JSON.stringify({ error: message })}\n`);
        process.stderr.write(`tollgate: ${message}\n`);
        process.exitCode = unreadable;
      }
    });
};

/** A log that cannot even be opened safely differs from what was written, from the position that it names. */
const asDamage = (error: unknown): Verification => {
  if (!(error instanceof LogDamaged)) throw error;
  const differences = [{ position: String(error.position ?? 0), what: error.message }];
  return { position: '0', events: 0, accounts: 0, snapshot: 'none', differences };
};

/** Beside a process that runs, a snapshot may be finished after the end of the log was looked at: then it is looked at again. */
const verify = async (data: string, isJson: boolean): Promise<Verification> => {
  const result = await verifyOnce(data, isJson);
  return result.snapshot === 'ahead' ? verifyOnce(data, isJson) : result;
};

const verifyOnce = async (data: string, isJson: boolean): Promise<Verification> => {
  const reader = await openLogReader(data);
  const progress = isJson ? undefined : startProgress({ unit: 'events', total: reader.end });
  const result = await verifyLog({
    reader,
    accountTable: foldersOf(data).accountTable,
    onProgress: (place) => progress?.update(place),
  });
  progress?.finish(result.events);
  reader.close();
  return result;
};

const tell = (result: Verification, isJson: boolean): void => {
  if (isJson) process.stdout.write(`${JSON.stringify(result)}\n`);
  else describe(result);
};

const shownDifferences = 20;

const snapshots = {
  agrees: 'the snapshot of the account table agrees',
  differs: 'the snapshot of the account table differs: with Tollgate stopped, delete the folder account-table',
  ahead: 'the snapshot of the account table is ahead of the log',
  none: 'there is no snapshot of the account table yet',
  unusable: 'the snapshot of the account table cannot be used and will be made anew',
} as const;

const describe = ({ events, accounts, position, snapshot, differences }: Verification): void => {
  for (const { position: at, what } of differences.slice(0, shownDifferences) satisfies Difference[])
    say(`  position ${at}: ${what}`);
  if (differences.length > shownDifferences) say(`  and ${String(differences.length - shownDifferences)} more`);
  const count = `${String(differences.length)} difference${differences.length === 1 ? '' : 's'}`;
  const verdict = differences.length === 0 ? 'all as it should be' : count;
  say(
    `${String(events)} events of ${String(accounts)} accounts up to position ${position}: ${verdict}; ${snapshots[snapshot]}.`,
  );
};
