import { existsSync, readFileSync } from 'node:fs';
import { Unusable, readCheckpoint, readPublicKey, readWitnessKey } from './checkpoint';
import type { PublicKey } from './checkpoint';
import type { Proofs } from './finding';
import { byteOrderMark, manglingOf } from './mangled';

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

const readKey = (given: string, read: (line: string) => PublicKey): PublicKey => {
  if (existsSync(given)) return readFrom(given, read);
  try {
    return read(given);
  } catch (error) {
    throw new Unusable(`${given}: no such file, and ${messageOf(error)}`);
  }
};

/** What a file of text holds. What is wrong with it is said with its name. Throws `Unusable`. */
export const readFrom = <Value>(path: string, read: (text: string) => Value): Value => {
  const bytes = bytesOf(path);
  try {
    return read(textOf(bytes));
  } catch (error) {
    throw new Unusable(`${path}: ${messageOf(error)}`);
  }
};

/** Throws `Unusable`. */
export const bytesOf = (path: string): Buffer => {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Unusable(`${path}: ${messageOf(error)}`);
  }
};

/** A byte order mark, and another kind of line end, are no part of what was said. */
const textOf = (bytes: Buffer): string => {
  const mangled = manglingOf(bytes);
  if (mangled !== undefined && mangled !== byteOrderMark) throw new Unusable(`${mangled}; save it as it came`);
  return bytes
    .toString()
    .replace(/^\ufeff/, '')
    .replaceAll('\r\n', '\n');
};

const plain: Record<string, string> = {
  ENOENT: 'no such file',
  EISDIR: 'it is a folder, and a file is expected',
  ENOTDIR: 'no such file',
  EACCES: 'it may not be read',
};

/** In words, also what a system says of a file. */
export const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const { code, syscall = '' } = error as NodeJS.ErrnoException;
  return (syscall === 'write' ? undefined : plain[code ?? '']) ?? error.message;
};
