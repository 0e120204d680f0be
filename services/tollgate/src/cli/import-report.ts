import { createWriteStream } from 'node:fs';
import type { WriteStream } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import type { BatchLineReading } from './answers';
import type { ImportRecord } from './import-record';
import { printable } from './terminal-text';

const shownRejects = 20;

/** Counts what became of records; keeps the first rejects to be shown and writes all of them to a file if there is one. */
export const createReport = async (rejectsFile: string | undefined) => {
  const counts = { recorded: 0, duplicates: 0, rejected: 0 };
  const shown: string[] = [];
  const rejects = rejectsFile === undefined ? undefined : await openRejects(rejectsFile);

  const reject = async (record: ImportRecord, problem: Extract<BatchLineReading, { code: string }>): Promise<void> => {
    const { code, detail, existing, received } = problem;
    counts.rejected += 1;
    if (shown.length < shownRejects) shown.push(`line ${String(record.line)}: ${code} ${printable(detail)}`);
    await rejects?.keep(`${rejectLine(record, { code, detail, existing, received })}\n`);
  };

  return {
    records: (): number => counts.recorded + counts.duplicates + counts.rejected,
    hasRejects: (): boolean => counts.rejected > 0,
    add: async (record: ImportRecord, answer: BatchLineReading): Promise<void> => {
      if ('code' in answer) await reject(record, answer);
      else if (answer.duplicate) counts.duplicates += 1;
      else counts.recorded += 1;
    },
    close: async (): Promise<void> => rejects?.close(),
    text: (): string => {
      const { recorded, duplicates, rejected } = counts;
      const more = rejected - shown.length;
      return [
        `${inWords(recorded)} recorded, ${inWords(duplicates)} duplicates, ${inWords(rejected)} rejected`,
        ...shown,
        ...(more > 0
          ? [`… and ${inWords(more)} more${rejectsFile === undefined ? ' (--rejects FILE keeps them all)' : ''}`]
          : []),
        ...(rejects?.isWhole() ? [`All rejects are in ${rejectsFile}`] : []),
      ].join('\n');
    },
  };
};
export type ImportReport = Awaited<ReturnType<typeof createReport>>;

/** Both calls throw if the file cannot be written, as on a full disk. */
const openRejects = async (path: string) => {
  const file = await createFile(path);
  const written = async (write: () => Promise<unknown>): Promise<void> => {
    try {
      if (file.errored) throw file.errored;
      await write();
    } catch (error) {
      throw new Error(
        `${path} cannot be written: ${error instanceof Error ? error.message : String(error)}. Import again with --rejects and a new file: what was recorded is found a duplicate`,
        { cause: error },
      );
    }
  };
  return {
    keep: (line: string) => written(async () => file.write(line) || (await once(file, 'drain'))),
    close: () => written(() => finished(file.end())),
    isWhole: () => file.writableFinished,
  };
};

/** Never in place of another file: it might be the input, or the rejects of an earlier run. */
const createFile = async (path: string): Promise<WriteStream> => {
  const file = createWriteStream(path, { flags: 'wx' });
  try {
    await once(file, 'open');
    // Told by the next call.
    file.on('error', () => undefined);
    return file;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
      throw new Error(`${path} exists already: give --rejects the name of a new file`, { cause: error });
    throw error;
  }
};

const inWords = (count: number): string => count.toLocaleString('en');

/** The record stands in it as it stood in the file: numbers are not reformatted, so that it can be mended and imported. */
const rejectLine = ({ line, original }: ImportRecord, problem: object): string =>
  `{"line":${String(line)},${JSON.stringify(problem).slice(1, -1)},"record":${original}}`;
