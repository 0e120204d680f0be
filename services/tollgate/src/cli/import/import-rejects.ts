import { createWriteStream } from 'node:fs';
import type { WriteStream } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { finished } from 'node:stream/promises';
import { isFormula } from './cell-warnings';
import type { ImportRecord } from './import-record';

export const reasonsFileOf = (path: string): string => `${path}.reasons.ndjson`;

type Reason = { code: string; detail: string };

/**
 * Keeps rejected records as they stood, below the leading rows of their file, and the reasons in a file beside. Makes the files with the
 * first of them. `keep` and `close` throw if they cannot be written, as on a full disk.
 */
export const createRejects = async (path: string) => {
  const reasonsPath = reasonsFileOf(path);
  await requireRoom([path, reasonsPath]);
  let leading: readonly Buffer[] = [];
  let files: { rows: RejectsFile; reasons: RejectsFile } | undefined;
  let formula: string | undefined;

  const begin = async () => {
    const opened = { rows: await openFile(path), reasons: await openFile(reasonsPath) };
    for (const row of leading) await opened.rows.write(row);
    return opened;
  };

  return {
    lead: (rows: readonly Buffer[]): void => {
      leading = rows;
    },
    keep: async ({ line, raw, cells }: ImportRecord, { code, detail }: Reason): Promise<void> => {
      files ??= await begin();
      const run = cells?.find(({ text }) => isFormula(text));
      if (run !== undefined) formula ??= `line ${String(line)}: ${run.heading}`;
      if (raw !== undefined) await files.rows.write(raw);
      // A row of CSV has its line end.
      if (raw !== undefined && cells === undefined) await files.rows.write(Buffer.from('\n'));
      await files.reasons.write(Buffer.from(`${JSON.stringify({ line, code, detail })}\n`));
    },
    close: async (): Promise<void> => {
      await files?.rows.close();
      await files?.reasons.close();
    },
    /** Whether there are files, with all of them. */
    isWhole: (): boolean => files !== undefined && files.rows.isWhole() && files.reasons.isWhole(),
    /** The first cell in them that a spreadsheet would run. */
    formula: (): string | undefined => formula,
  };
};

/** Never in place of another file: it might be the input, or the rejects of an earlier run. */
const requireRoom = async (paths: readonly string[]): Promise<void> => {
  for (const path of paths) {
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) throw alreadyThere(path);
    await access(dirname(path), constants.W_OK).catch((error: unknown) => {
      throw new Error(`--rejects: no file can be made in ${dirname(path)}: ${messageOf(error)}`, { cause: error });
    });
  }
};

const alreadyThere = (path: string, cause?: unknown): Error =>
  new Error(`${path} exists already: give --rejects the name of a new file`, { cause });

const unwritable = (path: string, cause: unknown): Error =>
  new Error(
    `${path} cannot be written: ${messageOf(cause)}. Import again with --rejects and a new file: what was recorded is found a duplicate`,
    { cause },
  );

type RejectsFile = Awaited<ReturnType<typeof openFile>>;

const openFile = async (path: string) => {
  const file = await createFile(path);
  const written = async (write: () => Promise<unknown>): Promise<void> => {
    try {
      if (file.errored) throw file.errored;
      await write();
    } catch (error) {
      throw unwritable(path, error);
    }
  };
  return {
    write: (bytes: Buffer) => written(async () => file.write(bytes) || (await once(file, 'drain'))),
    close: () => written(() => finished(file.end())),
    isWhole: () => file.writableFinished,
  };
};

const createFile = async (path: string): Promise<WriteStream> => {
  const file = createWriteStream(path, { flags: 'wx' });
  try {
    await once(file, 'open');
    // Told by the next call.
    file.on('error', () => undefined);
    return file;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw alreadyThere(path, error);
    throw unwritable(path, error);
  }
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
