import { basename, extname } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { csvRecords, FileFault } from './csv-records';
import { groupsOf } from './groups';
import { openInput } from './import-input';

import { importKinds } from './import-record';
import type { ImportKind, ImportRecord } from './import-record';
import { createReport } from './import-report';
import type { ImportReport } from './import-report';
import { ndjsonRecords } from './ndjson-records';
import { createOutage } from './outage';
import { startProgress } from './progress-bar';
import { sendBatch } from './send-batches';
import type { SentLine } from './send-batches';
import { say } from './terminal-text';
import { createClient, urlOption } from './tollgate-client';

const formats = ['ndjson', 'csv'] as const;
type Format = (typeof formats)[number];
type Flags = {
  url: string;
  kind?: ImportKind;
  format?: Format;
  delimiter?: string;
  batch: number;
  rejects?: string;
};

/** `tollgate import`: payments and usage from a file. */
export const addImport = (program: Command): void => {
  program
    .command('import')
    .summary('record payments or usage from a file')
    .description(
      'Records payments or usage from a file of JSON lines or CSV, in the order of the file. Ids are permanent: importing a file again, whole or after an interruption, records what is missing and changes nothing else. Ends with 1 if a record was rejected, with 2 if there is nothing to read.',
    )
    .argument('<file>', 'the file; - is standard input')
    .addOption(
      new Option(
        '--kind <kind>',
        'what the records are; else told by paymentId or usageId, or by a field kind',
      ).choices(importKinds),
    )
    .addOption(new Option('--format <format>', "else told by the file's name: .csv and .tsv are CSV").choices(formats))
    .option(
      '--delimiter <character>',
      'what separates the cells of CSV, \\t for a tab (a comma; in .tsv a tab)',
      delimiterOf,
    )
    .option('--batch <records>', 'how many to send at once', batchSizeOf, 1_000)
    .option('--rejects <file>', 'keep every rejected record there, a line of JSON each: line, code, detail, record')
    .addOption(urlOption())
    .addHelpText('after', examples)
    .action(importFile);
};

const examples = `
CSV: the first row names the fields; an empty cell is a field that is not there; attributes.<name> are attributes.

Examples:
  tollgate import calls.csv
  tollgate import payments.ndjson --rejects rejects.ndjson
  zcat cdr.ndjson.gz | tollgate import - --kind usage
  jq -c .record rejects.ndjson | tollgate import -`;

const delimiterOf = (text: string): string => {
  if (text === '') throw new InvalidArgumentError('It must not be empty.');
  return text === '\\t' ? '\t' : text;
};

const batchSizeOf = (text: string): number => {
  const size = Number(text);
  if (!/^\d{1,6}$/.test(text) || size === 0)
    throw new InvalidArgumentError('It must be a whole number from 1 to 999999.');
  return size;
};

const importFile = async (file: string, flags: Flags): Promise<void> => {
  const input = await openInput(file);
  const client = createClient(flags.url);
  await client.check();
  const report = await createReport(flags.rejects);
  const progress = startProgress({
    unit: 'bytes',
    total: input.sizeBytes,
    counted: { unit: 'records', count: report.records },
  });
  const outage = createOutage();
  const send = async (records: readonly ImportRecord[]): Promise<void> => {
    const options = { client, file: basename(file), onLost: outage.begin };
    await sendRecords(records, report, (lines) => sendBatch(lines, options)).finally(outage.end);
    progress.update(input.readBytes());
  };
  const room = { items: flags.batch, bytes: maxBatchBytes, sizeOf: ({ original }: ImportRecord) => original.length };
  let fault: FileFault | undefined;
  try {
    for await (const records of readAhead(groupsOf(recordsOf(file, input.chunks, flags), room))) await send(records);
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    fault = error;
  } finally {
    progress.finish(input.readBytes());
    await report.close().finally(() => {
      say(report.text());
    });
  }
  if (fault) throw fault;
  if (report.hasRejects()) process.exitCode = 1;
};

const recordsOf = (file: string, chunks: AsyncIterable<Buffer>, flags: Flags): AsyncGenerator<ImportRecord> => {
  const extension = extname(file).toLowerCase();
  const { kind, delimiter = extension === '.tsv' ? '\t' : ',' } = flags;
  const format = flags.format ?? (['.csv', '.tsv'].includes(extension) ? 'csv' : 'ndjson');
  return format === 'csv' ? csvRecords(chunks, { kind, delimiter }) : ndjsonRecords(chunks, kind);
};

/** Batches stay below what a server takes, however long the records are. */
const maxBatchBytes = 4 << 20;

/** Prepares the next item while one is worked on. One batch is on its way at a time: two could overtake each other. */
async function* readAhead<Item>(items: AsyncGenerator<Item>): AsyncGenerator<Item> {
  let next = items.next();
  for (;;) {
    const item = await next;
    if (item.done === true) return;
    next = items.next();
    next.catch(() => undefined);
    yield item.value;
  }
}

const sendRecords = async (
  records: readonly ImportRecord[],
  report: ImportReport,
  send: (lines: SentLine[]) => ReturnType<typeof sendBatch>,
): Promise<void> => {
  const lines = records.filter((record) => 'batchLine' in record);
  const answers = lines.length === 0 ? [] : await send(lines);
  let next = 0;
  for (const record of records) {
    const answer =
      'refusal' in record ? { status: 400, code: 'INVALID_REQUEST', detail: record.refusal } : answers[next++];
    if (answer !== undefined) await report.add(record, answer);
  }
};
