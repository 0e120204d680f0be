import { basename } from 'node:path';
import type { Command } from 'commander';
import { groupsOf } from './groups';
import { FileFault } from './import/file-fault';
import { fileText } from './import/file-text';
import { formatOf } from './import/import-format';
import { openInput } from './import/import-input';
import { addImportOptions } from './import/import-options';
import type { ImportFlags } from './import/import-options';
import type { ImportRecord } from './import/import-record';
import { createReport } from './import/import-report';
import type { ImportReport } from './import/import-report';
import { csvRecords } from './import/csv-records';
import { ndjsonRecords } from './import/ndjson-records';
import { Interrupted, untilInterrupted } from './interrupted';
import { createOutage } from './outage';
import { startProgress } from './progress-bar';
import { GaveUp, sendBatch } from './send-batches';
import type { SentLine } from './send-batches';
import { say } from './terminal-text';
import { createClient } from './tollgate-client';

/** `tollgate import`: records from a file. */
export const addImport = (program: Command): void => {
  addImportOptions(program.command('import')).action(importFile);
};

const importFile = async (file: string, flags: ImportFlags): Promise<void> => {
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
    const options = { client, file: basename(file), waitSeconds: flags.wait, onLost: outage.begin };
    await sendRecords(records, report, (lines) => sendBatch(lines, options)).finally(outage.end);
    progress.update(input.readBytes());
  };
  const room = { items: flags.batch, bytes: maxBatchBytes, sizeOf };
  const records = recordsOf(fileText(input.chunks), { file, flags, report });
  let end: 'finish' | 'halt' = 'halt';
  let failure: unknown;
  const sendAll = async (): Promise<void> => {
    for await (const group of readAhead(groupsOf(records, room))) await send(group);
  };
  try {
    await untilInterrupted(sendAll(), () => '');
    end = 'finish';
  } catch (error) {
    failure = error;
  } finally {
    progress[end](input.readBytes());
    await report.close().finally(() => {
      say(report.text(end === 'finish'));
    });
  }
  if (end === 'halt') throw asFault(failure, report, flags);
  if (report.isEmpty())
    say(`There is nothing to import in ${file}: ${input.readBytes() === 0 ? 'it is empty' : 'it has no records'}`);
  if (report.hasFaults()) process.exitCode = 1;
};

type Source = { file: string; flags: ImportFlags; report: ImportReport };

const recordsOf = (text: AsyncIterable<Buffer>, { file, flags, report }: Source): AsyncGenerator<ImportRecord> => {
  const { kind, lastRow = false } = flags;
  const { format, delimiter } = formatOf(file, flags);
  return format === 'ndjson'
    ? ndjsonRecords(text, kind)
    : csvRecords(text, {
        kind,
        delimiter,
        isLastRowSent: lastRow,
        onLeading: report.lead,
        onHeldBack: report.holdBack,
      });
};

/** What is told after the report, which must be told first and counts what was sent to the last; throws anything else. */
const asFault = (error: unknown, report: ImportReport, { rejects }: ImportFlags): Error => {
  if (error instanceof FileFault) return error;
  if (!(error instanceof GaveUp) && !(error instanceof Interrupted)) throw error;
  const again = rejects === undefined || !report.hasFaults() ? '' : ', with a new name for --rejects';
  const when = error instanceof GaveUp ? ' when Tollgate answers' : '';
  error.message += `, with at least ${report.records().toLocaleString('en')} records sent. Run it again${when}${again}: ids count once, so what was recorded is found a duplicate and the rest is recorded`;
  return error;
};

/** Batches stay below what a server takes, however long the records are. */
const maxBatchBytes = 4 << 20;
const sizeOf = ({ raw }: ImportRecord): number => raw?.length ?? 0;

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
