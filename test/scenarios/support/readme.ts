import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const root = resolve(__dirname, '../../..');
export const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** What stands in the README between two headings, or from one to the end. */
export const section = (from: string, to?: string): string => {
  const start = readme.indexOf(from);
  return readme.slice(start, to === undefined ? undefined : readme.indexOf(to, start));
};

export const shellBlocks = (text: string): string[] =>
  [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = '']) => block);
