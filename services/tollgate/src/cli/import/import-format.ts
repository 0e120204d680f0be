import { extname } from 'node:path';

export const formats = ['ndjson', 'csv'] as const;
export type Format = (typeof formats)[number];

/** How a file is written, where it is not said: by its name, in which .gz or .zst only tell that it is packed. */
export const formatOf = (
  file: string,
  said: { format?: Format; delimiter?: string },
): { format: Format; delimiter: string } => {
  const extension = extname(file.replace(/\.(?:gz|gzip|zst|zstd)$/i, '')).toLowerCase();
  const named = ['.csv', '.tsv'].includes(extension) ? 'csv' : 'ndjson';
  return { format: said.format ?? named, delimiter: said.delimiter ?? (extension === '.tsv' ? '\t' : ',') };
};
