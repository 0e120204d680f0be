import {
  closeSync,
  constants,
  fdatasync,
  fstatSync,
  fsync,
  ftruncate,
  openSync,
  readSync,
  write,
  writeSync,
} from 'node:fs';
import { promisify } from 'node:util';
import type { FolderFile } from './folder';

/** Linux writes through to the disk in the same call; where a system does not promise that, a sync follows each write. */
const writeThrough = process.platform === 'linux' ? constants.O_DSYNC : 0;

/** One file, by its path. `isNew` empties one that is there. */
export const openFile = async (
  path: string,
  { isNew = false, isReadOnly = false }: { isNew?: boolean; isReadOnly?: boolean },
): Promise<FolderFile> => {
  const access = isReadOnly ? constants.O_RDONLY : constants.O_RDWR | writeThrough;
  const creation = isNew ? constants.O_CREAT | constants.O_TRUNC : 0;
  const descriptor = await Promise.resolve(openSync(path, access | creation, 0o640));
  let notes: number | undefined;
  let isClosed = false;
  /** The system gives the number of a closed file to the next one that is opened. */
  const opened = (): number => {
    if (isClosed) throw new Error(`${path} is closed`);
    return descriptor;
  };
  const noting = (): number => {
    opened();
    return (notes ??= openSync(path, constants.O_RDWR));
  };
  return {
    sizeBytes: () => fstatSync(opened()).size,
    read: (into, range) => readAll(opened(), into, range),
    write: async (bytes, position) => {
      await writeAll(opened(), bytes, position);
      if (writeThrough === 0) await syncData(descriptor);
    },
    note: (bytes, position) => {
      for (let done = 0; done < bytes.length;)
        done += writeSync(noting(), bytes, done, bytes.length - done, position + done);
    },
    truncate: async (sizeBytes) => {
      await cut(opened(), sizeBytes);
      await syncAll(descriptor);
    },
    close: () => {
      if (isClosed) return;
      isClosed = true;
      closeSync(descriptor);
      if (notes !== undefined) closeSync(notes);
    },
  };
};

const cut = promisify(ftruncate);
const syncData = promisify(fdatasync);
const syncAll = promisify(fsync);

type Range = { offset: number; length: number; position: number };

const readAll = (descriptor: number, into: Uint8Array, { offset, length, position }: Range): number => {
  let done = 0;
  while (done < length) {
    const bytes = readSync(descriptor, into, offset + done, length - done, position + done);
    if (bytes === 0) break;
    done += bytes;
  }
  return done;
};

/** The system may take a part of what it is given, near a full disk above all. */
const writeAll = (descriptor: number, bytes: Uint8Array, position: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const writeFrom = (done: number): void => {
      write(descriptor, bytes, done, bytes.length - done, position + done, (error, written) => {
        if (error !== null) reject(error);
        else if (done + written >= bytes.length) resolve();
        else if (written === 0) reject(new Error('the system took none of the bytes it was to write'));
        else writeFrom(done + written);
      });
    };
    writeFrom(0);
  });
