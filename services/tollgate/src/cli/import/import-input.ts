import { open } from 'node:fs/promises';
import { SettingsError } from '../../settings';

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

const openFile = async (path: string): Promise<{ sizeBytes: number | undefined; chunks: AsyncIterable<Buffer> }> => {
  const handle = await open(path).catch((error: unknown) => {
    throw unusable(path, whyNotOpened(error));
  });
  const status = await handle.stat();
  if (status.isDirectory()) {
    await handle.close();
    throw unusable(path, 'is a folder');
  }
  // A pipe has no size, and may well have something to say.
  return {
    sizeBytes: status.isFile() ? status.size : undefined,
    chunks: handle.createReadStream({ highWaterMark: chunkBytes }),
  };
};

const whyNotOpened = (error: unknown): string => {
  if (!(error instanceof Error)) return `cannot be read: ${String(error)}`;
  return 'code' in error && error.code === 'ENOENT' ? 'does not exist' : `cannot be read: ${error.message}`;
};

const unusable = (path: string, fault: string): SettingsError =>
  new SettingsError(
    `${path === '' ? 'the file' : path} ${fault}: give a file of records, JSON lines or CSV, or - for standard input`,
  );
