import { once } from 'node:events';
import { Option } from 'commander';
import type { Command } from 'commander';
import { readSettings, settingSources } from '../settings';
import { exportFormats, printingOf } from './export/formats';
import type { ExportFormat } from './export/formats';
import { openLogSource } from './log-source';

/** `tollgate export`: the events of the log as lines of JSON. */
export const addExport = (program: Command): void => {
  const { flag = '', variable, about } = settingSources.data;
  program
    .command('export')
    .summary('print every event of the log')
    .description(
      'Prints every event of the log up to the last durable one, oldest first, also while Tollgate runs: a line of JSON each, with its stream, its times and where it came from. The lines are the leaves of the ledger’s tree (README, “For auditors”). Other formats have the payments, usage, adjustments and reversals alone: csv has them as rows, with amounts and texts as they are; hledger and beancount as a book in double entry.',
    )
    .option(flag, `${about} (${variable})`)
    .addOption(new Option('--format <format>', 'how to print them').choices(exportFormats).default('ndjson'))
    .action(async (flags: { data?: string; format: ExportFormat }) => {
      const settings = readSettings(flags.data === undefined ? {} : { data: flags.data }, process.env);
      const source = await openLogSource(settings);
      const { head, print } = printingOf(flags.format);
      process.stdout.write(head);
      for await (const events of source.recorded('')) {
        if (!process.stdout.write(events.map(print).join(''))) await once(process.stdout, 'drain');
      }
      await source.close();
    });
};
