import { mkdir } from 'node:fs/promises';
import { ClassicLevel } from 'classic-level';
import type { Position } from '@tollgate/event-store';

export type Changes = {
  puts: readonly (readonly [key: string, value: string])[];
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
  /** Entries whose key begins with `prefix`, in key order, those after `after` (exclusive), at most `limit`. */
  list(selection: {
    prefix: string;
    after?: string | undefined;
    limit?: number;
  }): AsyncIterable<[key: string, value: string]>;
  /** All changes and the position, or none of them; readable by `get` once resolved. */
  commit(changes: Changes): Promise<void>;
  position(): Position | undefined;
  close(): Promise<void>;
};

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
  return {
    get: (key) => level.getSync(key),
    list: ({ prefix, after, limit = -1 }) =>
      level.iterator({ gt: after === undefined ? prefix : prefix + after, lt: prefix + lastCharacter, limit }),
    commit: async (changes) => {
      const batch = level.batch();
      for (const [key, value] of changes.puts) batch.put(key, value);
      for (const key of changes.removes ?? []) batch.del(key);
      if (changes.position !== undefined) batch.put(positionKey, changes.position.toString());
      await batch.write();
      position = changes.position ?? position;
    },
    position: () => position,
    close: () => level.close(),
  };
};

const positionKey = '!position';
const versionKey = '!version';
/** Sorts after every character a key may hold. */
const lastCharacter = '\uffff';

type Level = ClassicLevel;

const openLevel = async ({ path, version, onDropped }: ProjectionStoreOptions): Promise<Level> => {
  await mkdir(path, { recursive: true });
  const level = await tryOpen(path);
  if (level !== undefined && (level.getSync(versionKey) ?? String(version)) === String(version)) {
    if (level.getSync(versionKey) === undefined) await level.put(versionKey, String(version));
    return level;
  }
  await level?.close();
  onDropped?.(level === undefined ? 'it was damaged' : 'another version of Tollgate wrote it');
  await ClassicLevel.destroy(path);
  return openLevel({ path, version });
};

/** The open database, or nothing if its files are damaged. */
const tryOpen = async (path: string): Promise<Level | undefined> => {
  const level: Level = new ClassicLevel(path, { writeBufferSize: 16 << 20, cacheSize: 32 << 20 });
  try {
    await level.open();
    return level;
  } catch (error) {
    const cause = error instanceof Error ? (error.cause as { code?: string; message?: string } | undefined) : undefined;
    if (cause?.code === 'LEVEL_LOCKED')
      throw new FolderInUse(`another process is using ${path}; stop it first, or give this one a folder of its own`);
    if (cause?.code === 'LEVEL_CORRUPTION') return undefined;
    throw new Error(`cannot open ${path}: ${cause?.message ?? String(error)}`, { cause: error });
  }
};

const parsePosition = (text: string | undefined): Position | undefined =>
  text === undefined ? undefined : BigInt(text);
