import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { Option } from 'commander';
import type { Command } from 'commander';
import { SettingsError, readSettings, settingSources } from '../settings';
import { exportFormats, printingOf } from './export/formats';
import type { ExportFormat, TextFormat } from './export/formats';
import { writeParquet } from './export/parquet';
import { openLogSource } from './log-source';
import type { LogSource } from './log-source';
import { writeWhole } from './whole-file';

/** `tollgate export`: the events of the log as lines of JSON. */
export const addExport = (program: Command): void => {
  const { flag = '', variable, about } = settingSources.data;
  program
    .command('export')
    .summary('print every event of the log')
    .description(
      'Prints every event of the log up to the last durable one, oldest first, also while Tollgate runs: a line of JSON each, with its stream, its times and where it came from. The lines are the leaves of the ledger’s tree (README, “For auditors”). Other formats have the payments, usage, adjustments and reversals alone: csv has them as rows, with amounts and texts as they are; parquet as a table, whose amounts are exact decimals, into a file; hledger and beancount as a book in double entry.',
    )
    .option(flag, `${about} (${variable})`)
    .addOption(new Option('--format <format>', 'how to print them').choices(exportFormats).default('ndjson'))
    .option('--output <file>', 'write to a file')
    .action(async ({ data, format, output }: Flags) => {
      const settings = readSettings(data === undefined ? {} : { data }, process.env);
      if (format === 'parquet' && output === undefined)
        throw new SettingsError('--format parquet: say into which file with --output');
      const source = await openLogSource(settings);
      if (output === undefined) await print(source, format as TextFormat, process.stdout);
      else
        await writeWhole(output, (path) =>
          format === 'parquet' ? writeParquet(path, source.recorded('')) : printInto(path, source, format),
        );
      await source.close();
    });
};

type Flags = { data?: string; format: ExportFormat; output?: string };

const print = async (source: LogSource, format: TextFormat, target: Writable): Promise<void> => {
  const { head, print: printed } = printingOf(format);
  target.write(head);
  for await (const events of source.recorded(''))
    if (!target.write(events.map(printed).join(''))) await once(target, 'drain');
};

const printInto = async (path: string, source: LogSource, format: TextFormat): Promise<void> => {
  const file = createWriteStream(path);
  await Promise.all([finished(file), print(source, format, file).then(() => file.end())]);
};
