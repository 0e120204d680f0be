import { existsSync, readFileSync } from 'node:fs';
import type { Folder } from './folder';

/** Absent where there is no such file. */
export const textIn = (path: string): string | undefined => (existsSync(path) ? readFileSync(path, 'utf8') : undefined);

/** All of it or what was there before, whenever the machine stops; durable. */
export const replaceText = async (folder: Folder, name: string, text: string): Promise<void> => {
  const next = `${name}.written`;
  const file = await folder.open(next, { isNew: true });
  try {
    await file.write(Buffer.from(text), 0);
  } finally {
    file.close();
  }
  await folder.rename(next, name);
};
