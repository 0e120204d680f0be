import { crc32 } from 'node:zlib';
import type { Folder } from '@tollgate/folder';
import type { RunEntry } from './run-file';

/** Which runs there are, oldest first: from the first event of the log without a gap. */
export type Manifest = { ledger: string; runs: readonly RunEntry[] };

const fileName = 'ids';
const newName = 'ids.new';
const runPrefix = 'ids-';

/** Name of a file that a run may have; `serial` tells apart attempts at the same one. */
export const runName = (last: number, serial: number): string =>
  `${runPrefix}${String(last).padStart(16, '0')}-${serial}`;

/** A line of JSON, and its CRC-32 in a second line. Replaced whole, durable. */
export const writeManifest = async (folder: Folder, manifest: Manifest): Promise<void> => {
  const json = JSON.stringify({ format, version, ...manifest });
  if (folder.names().includes(newName)) await folder.remove(newName);
  const file = await folder.open(newName, { isNew: true });
  try {
    await file.write(Buffer.from(`${json}\n${crcOf(json)}\n`), 0);
  } finally {
    file.close();
  }
  await folder.rename(newName, fileName);
};

const format = 'tollgate-id-runs';
const version = 1;
const crcOf = (json: string): string => crc32(json).toString(16).padStart(8, '0');

/** Absent if there is none; throws what is wrong with one that is not as it was written. */
export const readManifest = async (folder: Folder): Promise<Manifest | undefined> => {
  if (!folder.names().includes(fileName)) return undefined;
  const file = await folder.open(fileName, { isReadOnly: true });
  try {
    const bytes = Buffer.alloc(file.sizeBytes());
    file.read(bytes, { offset: 0, length: bytes.length, position: 0 });
    return decode(bytes);
  } finally {
    file.close();
  }
};

const decode = (bytes: Buffer): Manifest => {
  const [json = ''] = bytes.toString().split('\n', 1);
  if (!bytes.equals(Buffer.from(`${json}\n${crcOf(json)}\n`))) throw new Error(`${fileName} is damaged`);
  const stored = JSON.parse(json) as Manifest & { format: string; version: number };
  if (stored.format !== format || stored.version !== version)
    throw new Error(`${fileName} is of format ${stored.format}, version ${stored.version}`);
  return { ledger: stored.ledger, runs: stored.runs };
};

/** What a kill or a merge left: runs that no manifest names any more, or not yet. */
export const removeUnnamed = async (folder: Folder, runs: readonly RunEntry[]): Promise<void> => {
  const named = new Set(runs.map(({ name }) => name));
  for (const name of folder.names())
    if (name === newName || (name.startsWith(runPrefix) && !named.has(name))) await folder.remove(name);
};

/** The manifest goes first: it must not name what is no longer there. */
export const removeAll = async (folder: Folder): Promise<void> => {
  if (folder.names().includes(fileName)) await folder.remove(fileName);
  await removeUnnamed(folder, []);
};
