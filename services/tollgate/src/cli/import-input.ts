import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { SettingsError } from '../settings';

/** The bytes of a file or of standard input (`-`), counted as they are read. Throws `SettingsError` where there is nothing to import. */
export const openInput = async (path: string) => {
  const file = path === '-' ? undefined : await openFile(path);
  const source: AsyncIterable<Buffer> = file?.chunks ?? process.stdin;
  let count = 0;
  const chunks = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      count += chunk.length;
      yield chunk;
    }
  };
  return { sizeBytes: file?.sizeBytes, chunks: chunks(), readBytes: () => count };
};

const chunkBytes = 1 << 18;

const openFile = async (path: string): Promise<{ sizeBytes: number; chunks: AsyncIterable<Buffer> }> => {
  const handle = await open(path).catch((error: unknown) => {
    throw unusable(path, whyNotOpened(error));
  });
  const { size, isFolder, isEmpty } = await kindOf(handle);
  if (isFolder || isEmpty) await handle.close();
  if (isFolder) throw unusable(path, 'is a folder');
  if (isEmpty) throw unusable(path, 'is empty');
  return { sizeBytes: size, chunks: handle.createReadStream({ highWaterMark: chunkBytes }) };
};

/** A pipe has no size, and may well have something to say. */
const kindOf = async (handle: FileHandle) => {
  const status = await handle.stat();
  return { size: status.size, isFolder: status.isDirectory(), isEmpty: status.isFile() && status.size === 0 };
};

const whyNotOpened = (error: unknown): string => {
  if (!(error instanceof Error)) return `cannot be read: ${String(error)}`;
  return 'code' in error && error.code === 'ENOENT' ? 'does not exist' : `cannot be read: ${error.message}`;
};

const unusable = (path: string, fault: string): SettingsError =>
  new SettingsError(
    `${path === '' ? 'the file' : path} ${fault}: give a file of payments or usage, JSON lines or CSV, or - for standard input`,
  );
