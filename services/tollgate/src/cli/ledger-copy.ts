import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { storedEvents } from '@tollgate/contracts';
import { LogDamaged } from '@tollgate/event-store';
import { CopyRefused, copyLog } from '@tollgate/event-store-file';
import type { LogCopy } from '@tollgate/event-store-file';
import { lockFolder, makeFolder, openFolder, openFolderReadOnly } from '@tollgate/folder';
import type { FolderLock } from '@tollgate/folder';
import { foldersOf } from '../folders';
import { readRelayPositions, replaceRelayPosition } from '../relay-position';
import { LogsDiffer } from './copy/copied-log';
import { Interrupted, untilInterrupted } from './interrupted';
import { startProgress } from './progress-bar';

/** A ledger as it was copied; `relays` says how far each was acknowledged when that began. */
export type LedgerCopy = Omit<LogCopy, 'last'> & { position: string; relays: Record<string, string> };

type Copying = {
  /** A data folder, or a backup. */
  from: string;
  /** Where the log goes, and where the positions of the relays go. */
  to: { log: string; relays: string };
  isQuiet: boolean;
  /** What is told of a copy that a signal ended. */
  ifInterrupted: string;
};

/**
 * Brings a copy up to where the log of `from` is. How far the relays are is read before the log and written after it: a copy may publish
 * again, and never leaves out what was not acknowledged.
 */
export const copyLedger = async ({ from, to, isQuiet, ifInterrupted }: Copying): Promise<LedgerCopy> => {
  const source = foldersOf(from);
  const positions = await readRelayPositions(source.relays);
  const progress = createProgress(isQuiet);
  const copying = copyLog(openFolderReadOnly(source.log), await openFolder(to.log), {
    codec: storedEvents,
    onProgress: progress.update,
  });
  const { last, ...copy } = await untilInterrupted(copying, () => `${progress.howFar()}. ${ifInterrupted}`);
  progress.finish();
  const kept = Object.entries(positions).map(([name, position]): [string, bigint] => [
    name,
    position > BigInt(last) ? BigInt(last) : position,
  ]);
  const relays = await openFolder(to.relays);
  for (const name of relays.names()) if (positions[name] === undefined) await relays.remove(name);
  for (const [name, position] of kept) await replaceRelayPosition(relays, name, position);
  return { ...copy, position: String(last), relays: Object.fromEntries(kept.map(([name, at]) => [name, String(at)])) };
};

const createProgress = (isQuiet: boolean) => {
  let bar: ReturnType<typeof startProgress> | undefined;
  let copied = 0;
  let total = 0;
  return {
    update: (copiedBytes: number, ofBytes: number): void => {
      copied = copiedBytes;
      total = ofBytes;
      if (!isQuiet) bar ??= startProgress({ unit: 'bytes', total });
      bar?.update(copied);
    },
    finish: (): void => bar?.finish(copied),
    /** On a line of its own: the bar stands in the last one. */
    howFar: (): string => {
      bar?.halt(copied);
      return copied === 0 ? ', before anything was copied' : `, with ${sizeOf(copied)} of ${sizeOf(total)} copied`;
    },
  };
};

/** Refused before anything is done: exit code 2. */
export class CannotCopy extends Error {
  override readonly name = 'CannotCopy';
}

/** Neither may lie in the other, by whatever links. */
export const requireApart = (one: string, other: string): void => {
  const [first, second] = [realPathOf(resolve(one)), realPathOf(resolve(other))];
  if (isWithin(first, second) || isWithin(second, first))
    throw new CannotCopy(`${one} and ${other} must not lie in one another: choose a folder elsewhere, on another disk`);
};

const isWithin = (outer: string, inner: string): boolean => {
  const path = relative(outer, inner);
  return path === '' || (path !== '..' && !path.startsWith(`..${sep}`));
};

/** Also of what is not there yet. */
const realPathOf = (path: string): string =>
  existsSync(path) ? realpathSync(path) : join(realPathOf(dirname(path)), basename(path));

/** The folder that is filled, made if it is missing, for one process at a time. Throws `FolderInUse`. */
export const lockTarget = async (folder: string): Promise<FolderLock> => {
  await makeFolder(folder).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CannotCopy(`the folder ${folder} cannot be made (${reason}): choose another`, { cause });
  });
  return lockFolder(foldersOf(folder).lock);
};

const differs = 1;
const cannot = 2;

/** Runs the command, tells what became of it and sets the exit code. */
export const tellOutcome = async <Result extends object>(
  isJson: boolean,
  run: () => Promise<Result>,
  tell: (result: Result) => void,
): Promise<void> => {
  try {
    const result = await run();
    if (isJson) process.stdout.write(`${JSON.stringify(result)}\n`);
    else tell(result);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (isJson) process.stdout.write(`${JSON.stringify({ error: message })}\n`);
    if (error instanceof Interrupted) throw error;
    process.stderr.write(`tollgate: ${message}\n`);
    process.exitCode = isDifference(error) ? differs : cannot;
  }
};

const isDifference = (error: unknown): boolean =>
  error instanceof LogDamaged ||
  error instanceof LogsDiffer ||
  (error instanceof CopyRefused && ['ahead', 'differs'].includes(error.why));

export const sizeOf = (bytes: number): string =>
  bytes < 1e6
    ? `${bytes.toLocaleString('en')} bytes`
    : `${(bytes / 1e6).toLocaleString('en', { maximumFractionDigits: 1 })} MB`;
