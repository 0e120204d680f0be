import { existsSync, readFileSync } from 'node:fs';
import { Unusable, readCheckpoint, readPublicKey } from './checkpoint';
import type { PublicKey } from './checkpoint';
import type { GivenCheckpoint } from './verify-export';

/** What to check with: checkpoints by file, and keys by file or as they are. Throws `Unusable`. */
export const readProofs = (names: readonly string[], keys: readonly string[]) => {
  if (keys.length > 0 && names.length === 0) throw new Unusable('--key: there is no --checkpoint to check with it');
  const checkpoints = names.map((name): GivenCheckpoint => ({ name, checkpoint: readFrom(name, readCheckpoint) }));
  return { checkpoints, keys: keys.map(readKey) };
};

const readKey = (given: string): PublicKey =>
  existsSync(given) ? readFrom(given, readPublicKey) : readPublicKey(given);

/** What a file holds. What is wrong with it is said with its name. Throws `Unusable`. */
export const readFrom = <Value>(path: string, read: (text: string) => Value): Value => {
  try {
    return read(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Unusable(`${path}: ${messageOf(error)}`);
  }
};

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
