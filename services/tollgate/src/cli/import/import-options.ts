import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { urlOption } from '../tollgate-client';
import { formats } from './import-format';
import type { Format } from './import-format';
import { importKinds } from './import-record';
import type { ImportKind } from './import-record';

export type ImportFlags = {
  url: string;
  kind?: ImportKind;
  format?: Format;
  delimiter?: string;
  lastRow?: boolean;
  batch: number;
  wait: number;
  rejects?: string;
};

export const addImportOptions = (command: Command): Command =>
  command
    .summary('record payments, usage, adjustments and reversals from a file')
    .description(
      'Records payments, usage, adjustments and reversals from a file of JSON lines or CSV, in the order of the file. Ids are permanent: importing a file again, whole or after an interruption, records what is missing and changes nothing else. Ends with 0 if every record is recorded now, or there was none; with 1 if one was rejected or held back, or the file could not be read or sent to its end; with 2 if there is no such file, or an option is wrong; with 130 if Ctrl-C ended it.',
    )
    .argument('<file>', 'the file; - is standard input')
    .addOption(
      new Option(
        '--kind <kind>',
        'what the records are; else told by paymentId, usageId, adjustmentId or reversalId, or by a field kind',
      ).choices(importKinds),
    )
    .addOption(
      new Option('--format <format>', "else told by the file's name: .csv and .tsv, also packed, are CSV").choices(
        formats,
      ),
    )
    .addOption(delimiterOption())
    .option('--last-row', 'send the last row of CSV also if it has no line end: the file is known to be whole')
    .option('--batch <records>', 'how many to send at once', wholeNumber(1), 1_000)
    .option('--wait <seconds>', 'how long to try while Tollgate does not answer', wholeNumber(0), 600)
    .option(
      '--rejects <file>',
      'keep every rejected record there as it stood, to be mended and imported again; why, in <file>.reasons.ndjson: line, code, detail',
    )
    .addOption(urlOption())
    .addHelpText('after', notes);

const notes = `
Files are UTF-8, or UTF-16 with its mark, plain or packed with gzip or zstd: told from what is in them.

CSV: a row near the top names the fields, in any case, with blanks or underscores or without: usageId, "Usage ID", usage_id. An empty
cell is a field that is not there; attributes.<name> are attributes; of.kind and of.id say what a reversal reverses. A last row
without a line end is held back, since half of it may be missing; --last-row sends it. --rejects keeps the rows above the records too.

Examples:
  tollgate import calls.csv.gz
  tollgate import payments.csv --rejects rejects.csv
  tollgate import rejects.csv
  some-program | tollgate import - --kind usage`;

export const delimiterOption = (): Option =>
  new Option(
    '--delimiter <character>',
    'what separates the cells of CSV, \\t for a tab (a comma; in .tsv a tab)',
  ).argParser(delimiterOf);

const delimiterOf = (text: string): string => {
  if (text === '') throw new InvalidArgumentError('It must not be empty.');
  return text === '\\t' ? '\t' : text;
};

const wholeNumber =
  (least: number) =>
  (text: string): number => {
    const number = Number(text);
    if (!/^\d{1,6}$/.test(text) || number < least)
      throw new InvalidArgumentError(`It must be a whole number from ${String(least)} to 999999.`);
    return number;
  };
