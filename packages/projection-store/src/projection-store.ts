import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import type { Position } from '@tollgate/event-store';

/** A text, or how to make it: a buffered store asks only for the last value of a key. */
export type Value = string | (() => string);

export type Changes = {
  puts: readonly (readonly [key: string, value: Value])[];
  removes?: readonly string[];
  /** How far the log has been applied once these changes are in. */
  position?: Position | undefined;
};

/**
 * Ordered keys and values derived from the log, with the position they were derived up to. Whatever is in it can be
 * deleted and derived again, so it is not synced to disk: a killed process loses nothing, a power failure at most the
 * last changes, always together with their position.
 */
export type ProjectionStore = {
  get(key: string): string | undefined;
  /** Entries whose key (ASCII) begins with `prefix`, in key order, those after `after` (exclusive), at most `limit`. */
  list(selection: {
    prefix: string;
    after?: string | undefined;
    limit?: number;
  }): AsyncIterable<[key: string, value: string]>;
  /**
   * All changes and the position, or none of them; readable by `get` once resolved. Where it throws, `get` and `position` tell
   * which: a store that buffers keeps what it took.
   */
  commit(changes: Changes): Promise<void>;
  position(): Position | undefined;
  close(): Promise<void>;
};

/** The store cannot be written now, on a full disk for example, or not be read while it is opened anew after that. */
class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
  readonly retriable = true;
}

export type ProjectionStoreOptions = {
  path: string;
  /** Of the meaning of keys and values: what another version wrote is dropped, to be derived again. */
  version: number;
  onDropped?: (reason: string) => void;
};

/** Another process has the folder open. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';
  readonly retriable = false;
}

/** Opens or creates the store; one process at a time. */
export const openProjectionStore = async (options: ProjectionStoreOptions): Promise<ProjectionStore> => {
  const level = await openLevel(options);
  let position = parsePosition(level.getSync(positionKey));
  let isBroken = false;
  /** Throws what is worth trying again while LevelDB is closed between two openings. */
  const reading = (): Level => {
    if (level.status === 'open') return level;
    throw new StoreUnavailable(`${options.path} cannot be read: it is being opened anew`);
  };
  const commitNow = async (changes: Changes): Promise<void> => {
    try {
      if (isBroken) await reopen(level, options.path);
      isBroken = false;
      await write(level, changes);
    } catch (error) {
      isBroken = true;
      throw new StoreUnavailable(`${options.path} cannot be written: ${reasonOf(error)}`, { cause: error });
    }
    position = changes.position ?? position;
  };
  let committing: Promise<void> = Promise.resolve();
  return {
    get: (key) => reading().getSync(key),
    async *list({ prefix, after, limit = Infinity }) {
      const range = { ...(after === undefined ? { gte: prefix } : { gt: prefix + after }), lt: prefix + lastCharacter };
      try {
        yield* reading().iterator({ ...range, limit });
      } catch (error) {
        reading();
        throw error;
      }
    },
    commit: (changes) => {
      // LevelDB writes on several threads: two commits at once would be in either order.
      const committed = committing.then(() => commitNow(changes));
      committing = committed.catch(() => undefined);
      return committed;
    },
    position: () => position,
    close: () => level.close(),
  };
};

const write = async (level: Level, changes: Changes): Promise<void> => {
  const batch = level.batch();
  for (const [key, value] of changes.puts) batch.put(key, textOf(value));
  for (const key of changes.removes ?? []) batch.del(key);
  if (changes.position !== undefined) batch.put(positionKey, changes.position.toString());
  await batch.write();
};

export const textOf = (value: Value): string => (typeof value === 'string' ? value : value());

const probeBytes = 1 << 20;

/**
 * After a failed write LevelDB refuses all others until it is opened anew, and opening needs room on the disk: so a probe is
 * written first, and while that fails the store stays open for reading.
 */
const reopen = async (level: Level, path: string): Promise<void> => {
  const probe = join(path, 'probe');
  try {
    await writeFile(probe, Buffer.alloc(probeBytes), { flush: true });
  } finally {
    await rm(probe, { force: true });
  }
  await level.close();
  await level.open();
};

const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
};

const positionKey = '!position';
const versionKey = '!version';
/** Sorts after every character a key may hold. */
const lastCharacter = '\uffff';

type Level = ClassicLevel;

const openLevel = async ({ path, version, onDropped }: ProjectionStoreOptions): Promise<Level> => {
  await mkdir(path, { recursive: true });
  if (existsSync(dropMarkOf(path))) await drop(path);
  const level = await tryOpen(path);
  const fault = level === undefined ? damaged : await faultOf(level, version);
  if (level !== undefined && fault === undefined) return level;
  await level?.close();
  onDropped?.(fault ?? damaged);
  await drop(path);
  return openLevel({ path, version });
};

const damaged = 'it was damaged';

/** Why the contents cannot be used; a store without any is given its version. */
const faultOf = async (level: Level, version: number): Promise<string | undefined> => {
  const found = level.getSync(versionKey);
  if (found !== undefined) return found === String(version) ? undefined : 'another version of Tollgate wrote it';
  // LevelDB takes the last changes that an interrupted deletion has left for a whole store: they are without a version.
  if (level.getSync(positionKey) !== undefined) return damaged;
  await level.put(versionKey, String(version));
  return undefined;
};

const dropMarkOf = (path: string): string => join(path, 'DROPPING');

/** Deletes the store, for good also where it is interrupted: LevelDB deletes file after file, and what is left may open. */
const drop = async (path: string): Promise<void> => {
  await writeFile(dropMarkOf(path), '');
  try {
    await ClassicLevel.destroy(path);
  } catch (error) {
    throwUnlessDamaged(error, path);
    throw error;
  }
  await rm(dropMarkOf(path), { force: true });
};

/** The open database, or nothing if its files are damaged. */
const tryOpen = async (path: string): Promise<Level | undefined> => {
  // Opening repairs what it reports, and begins a new report: so the last one is read first, should nobody have acted on it.
  if (!(await isWhole(path))) return undefined;
  const level: Level = new ClassicLevel(path, { writeBufferSize: 8 << 20, cacheSize: 16 << 20 });
  try {
    await level.open();
  } catch (error) {
    throwUnlessDamaged(error, path);
    return undefined;
  }
  if ((await isWhole(path)) && isReadable(level)) return level;
  await level.close();
  return undefined;
};

/** Returns if files are damaged or missing; throws what else keeps the store from being opened. */
const throwUnlessDamaged = (error: unknown, path: string): void => {
  const { code, message = String(error) } = ((error as { cause?: unknown }).cause ?? error) as LevelFailure;
  if (code === 'LEVEL_LOCKED')
    throw new FolderInUse(`another process is using ${path}; stop it first, or give this one a folder of its own`);
  if (code !== 'LEVEL_CORRUPTION' && !message.includes('No such file'))
    throw new Error(`cannot open ${path}: ${message}`, { cause: error });
};

type LevelFailure = { code?: string; message?: string };

/** LevelDB passes over changes it finds damaged and goes on with later ones; it says so only in its own LOG. */
const isWhole = async (path: string): Promise<boolean> =>
  !existsSync(join(path, 'LOG')) || !/Corruption|dropping \d+ bytes/.test(await readFile(join(path, 'LOG'), 'utf8'));

const isReadable = (level: Level): boolean => {
  try {
    level.getSync(versionKey);
    level.getSync(positionKey);
    return true;
  } catch {
    return false;
  }
};

const parsePosition = (text: string | undefined): Position | undefined =>
  text === undefined ? undefined : BigInt(text);
