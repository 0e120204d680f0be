import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { Option } from 'commander';
import type { Command } from 'commander';
import { SettingsError, readSettings, settingSources } from '../settings';
import { exportFormats, printingOf } from './export/formats';
import type { ExportFormat, Printing, TextFormat } from './export/formats';
import { writeParquet } from './export/parquet';
import { openLogSource } from './log-source';
import type { LogSource } from './log-source';
import { keyFolder } from './open-numbers';
import { writeWhole } from './whole-file';

/** `tollgate export`: the events of the log as lines of JSON. */
export const addExport = (program: Command): void => {
  const { data: folder, numberKeys: keys } = settingSources;
  program
    .command('export')
    .summary('print every event of the log')
    .description(
      'Prints every event of the log up to the last durable one, oldest first, also while Tollgate runs: a line of JSON each, with its stream, its times and where it came from. The lines are the leaves of the ledger’s tree (README, “For auditors”). Other formats have the payments, usage, adjustments and reversals alone: csv has them as rows, with amounts and texts as they are; parquet as a table, whose amounts are exact decimals, into a file; hledger and beancount as a book in double entry. Numbers of callers and callees that are sealed stay so in the lines; csv and parquet have them where their keys are, and say where not.',
    )
    .option(folder.flag ?? '', `${folder.about} (${folder.variable})`)
    .option(keys.flag ?? '', `folder of the keys that open sealed numbers for csv and parquet (${keys.variable})`)
    .addOption(new Option('--format <format>', 'how to print them').choices(exportFormats).default('ndjson'))
    .option('--output <file>', 'write to a file')
    .action(async ({ format, output, ...flags }: Flags) => {
      const settings = readSettings(flags, process.env);
      const numberKeys = format === 'csv' || format === 'parquet' ? keyFolder(settings.numberKeys) : undefined;
      if (format === 'parquet' && output === undefined)
        throw new SettingsError('--format parquet: say into which file with --output');
      const source = await openLogSource(settings);
      if (output === undefined) await print(source, printingOf(format as TextFormat, numberKeys), process.stdout);
      else
        await writeWhole(output, (path) =>
          format === 'parquet'
            ? writeParquet(path, source.recorded(''), numberKeys)
            : printInto(path, source, printingOf(format, numberKeys)),
        );
      await source.close();
    });
};

type Flags = { data?: string; numberKeys?: string; format: ExportFormat; output?: string };

const print = async (source: LogSource, { head, print: printed }: Printing, target: Writable): Promise<void> => {
  target.write(head);
  for await (const events of source.recorded(''))
    if (!target.write(events.map(printed).join(''))) await once(target, 'drain');
};

const printInto = async (path: string, source: LogSource, printing: Printing): Promise<void> => {
  const file = createWriteStream(path);
  await Promise.all([finished(file), print(source, printing, file).then(() => file.end())]);
};
