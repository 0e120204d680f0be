import { existsSync, readFileSync } from 'node:fs';
import type { Folder } from './folder';

/** Absent where there is no such file. */
export const textIn = (path: string): string | undefined => (existsSync(path) ? readFileSync(path, 'utf8') : undefined);

/** All of it or what was there before, whenever the machine stops; durable. */
export const replaceText = async (folder: Folder, name: string, text: string): Promise<void> => {
  const next = `${name}.written`;
  await writeNew(folder, next, Buffer.from(text));
  await folder.rename(next, name);
};

/** A file of these bytes, in the place of one that is there; durable. */
export const writeNew = async (folder: Folder, name: string, bytes: Uint8Array): Promise<void> => {
  const file = await folder.open(name, { isNew: true });
  try {
    await file.write(bytes, 0);
  } finally {
    file.close();
  }
};
