import { renameSync, rmSync, statSync } from 'node:fs';

/**
 * A file that is there as a whole or not at all: it is written under another name beside it, which a kill may leave, and then takes the
 * place of what was there. What is no file, as /dev/stdout, is written as it is.
 */
export const writeWhole = async (path: string, write: (path: string) => Promise<void>): Promise<void> => {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) return write(path);
  const part = `${path}.part`;
  try {
    await write(part);
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
};
