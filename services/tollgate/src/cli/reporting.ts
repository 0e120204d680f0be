import { Option } from 'commander';
import type { Command } from 'commander';
import { OtherLedger, rebuildReports } from '@tollgate/reporting';
import { isRetriable } from '@tollgate/service-runtime';
import { SettingsError, readSettings, settingSources } from '../settings';
import { openLogSource } from './log-source';
import { startProgress } from './progress-bar';
import { say } from './terminal-text';

/** `tollgate reporting`: the reports in PostgreSQL, which `serve` keeps up with the log. */
export const addReporting = (program: Command): void => {
  const { flag = '', variable, about } = settingSources.data;
  program
    .command('reporting')
    .summary('make the reports in PostgreSQL anew')
    .description('Reports for people who ask with SQL. "serve" keeps them up with the log where DATABASE_URL is set.')
    .command('rebuild')
    .summary('empty the tables and fill them from the log')
    .description(
      'Empties the tables of the database in DATABASE_URL and fills them from the log, up to its last durable event, also while Tollgate runs: that waits meanwhile and then goes on from there. Nothing is counted twice whoever writes.',
    )
    .option(flag, `${about} (${variable})`)
    .addOption(new Option('--yes', 'also replace the reports of another ledger'))
    .addHelpText(
      'after',
      '\nDATABASE_URL is read from the environment only. Ends with 0 when all is in; with 2 if the database holds the reports of another ledger and --yes is not given; with 1 otherwise. Interrupted, it is simply run again; or serve goes on with what is missing.',
    )
    .action(async ({ data: folder, yes = false }: { data?: string; yes?: boolean }) => {
      const settings = readSettings(folder === undefined ? {} : { data: folder }, process.env);
      const { databaseUrl: url } = settings;
      if (url === undefined) throw new SettingsError('DATABASE_URL: needed');
      const source = await openLogSource(settings);
      const progress = startProgress({ unit: 'events', total: await source.count() });
      const rebuild = { url, groups: source.recorded(''), replacesOthers: yes, onProgress: progress.update };
      const { events, position } = await rebuildReports(rebuild).catch((cause: unknown) => {
        if (cause instanceof OtherLedger) throw new SettingsError(cause.message);
        if (!isRetriable(cause)) throw cause;
        throw new Error(`PostgreSQL: ${cause.message}; the reports are what they were`, { cause });
      });
      progress.finish(events);
      await source.close();
      say(
        `The reports are made anew from ${events.toLocaleString('en')} events, up to position ${String(position ?? 0)}.`,
      );
    });
};
