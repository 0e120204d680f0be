import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCheckpoint, readPublicKey } from './checkpoint';
import type { Checkpoint } from './checkpoint';
import { verifyExport } from './verify-export';
import type { Verdict } from './verify-export';

/** What a Tollgate printed and signed that three partners used for a minute; see the README. */
export const exampleText = (name: string): string => readFileSync(join(__dirname, '../example', name), 'utf8');

export const lines = exampleText('export.ndjson').trimEnd().split('\n');
export const earlier = readCheckpoint(exampleText('checkpoint-earlier'));
export const newest = readCheckpoint(exampleText('checkpoint'));
const key = readPublicKey(exampleText('key.pub'));

const bytesOf = async function* (parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield await Promise.resolve(part);
};

export const textOf = (given: readonly string[]): Buffer => Buffer.from(given.map((line) => `${line}\n`).join(''));

type Given = {
  checkpoints?: Record<string, Checkpoint>;
  with?: (typeof key)[];
  witnesses?: (typeof key)[];
  now?: number;
};

/** The day after the example. */
const later = Date.parse('2026-11-28T00:00:00Z');

/** What the verifier says of these bytes. */
export const verified = async (
  bytes: Buffer | readonly Buffer[],
  { checkpoints = { earlier, newest }, with: keys = [key], witnesses = [], now = later }: Given = {},
): Promise<Verdict> => {
  const { verdict } = await verifyExport({
    bytes: bytesOf(Buffer.isBuffer(bytes) ? [bytes] : bytes),
    checkpoints: Object.entries(checkpoints).map(([name, checkpoint]) => ({ name, checkpoint })),
    keys,
    witnesses,
    now,
  });
  return verdict;
};

/** What is found by checkpoint, or else by line. */
export const findingsOf = ({ findings }: Verdict): string[] => findings.map(textOfFinding);
export const notesOf = ({ notes }: Verdict): string[] => notes.map(textOfFinding);

const textOfFinding = ({ line, checkpoint, what }: Verdict['findings'][number]): string =>
  `${checkpoint ?? `line ${String(line)}`}: ${what}`;
