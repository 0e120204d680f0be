import { existsSync, readFileSync } from 'node:fs';
import { Unusable, readCheckpoint, readPublicKey, readWitnessKey } from './checkpoint';
import type { PublicKey } from './checkpoint';
import type { Proofs } from './finding';

/** As they were named on the command line. */
type Named = Record<'checkpoint' | 'key' | 'witness', readonly string[] | undefined>;

/** What to check with: checkpoints by file, and keys by file or as they are. Throws `Unusable`. */
export const readProofs = ({ checkpoint = [], key = [], witness = [] }: Named): Proofs => {
  if (checkpoint.length === 0)
    for (const [option, { length }] of Object.entries({ key, witness }))
      if (length > 0) throw new Unusable(`--${option}: there is no --checkpoint to check with it`);
  return {
    checkpoints: checkpoint.map((name) => ({ name, checkpoint: readFrom(name, readCheckpoint) })),
    keys: key.map((given) => readKey(given, readPublicKey)),
    witnesses: witness.map((given) => readKey(given, readWitnessKey)),
  };
};

const readKey = (given: string, read: (line: string) => PublicKey): PublicKey =>
  existsSync(given) ? readFrom(given, read) : read(given);

/** What a file holds. What is wrong with it is said with its name. Throws `Unusable`. */
export const readFrom = <Value>(path: string, read: (text: string) => Value): Value => {
  try {
    return read(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Unusable(`${path}: ${messageOf(error)}`);
  }
};

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
