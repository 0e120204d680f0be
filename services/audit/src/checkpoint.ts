import { createHash } from 'node:crypto';
import type { Hash } from '@tollgate/merkle';
import type { SigningKey } from './signing-key';

/** What is signed: that a ledger of this origin has so many events, whose lines have this root (c2sp.org/tlog-checkpoint). */
export type Checkpoint = { origin: string; size: number; root: Hash; extension: readonly string[] };

/** Who signs, as a note names it. */
export type KeyName = { name: string; publicKey: Uint8Array };

/** What the keys of signed notes are for (c2sp.org/signed-note). */
const signs = 1;
export const cosigns = 4;

/** First bytes of a hash of the key and its name (c2sp.org/signed-note). */
export const keyId = ({ name, publicKey }: KeyName, kind = signs): Buffer =>
  createHash('sha256').update(`${name}\n`).update(Buffer.of(kind)).update(publicKey).digest().subarray(0, 4);

/** A public key as verifiers of signed notes take it: name, id and key on one line. */
export const verifierKey = (key: KeyName): string =>
  `${key.name}+${keyId(key).toString('hex')}+${base64(Buffer.concat([Buffer.of(signs), key.publicKey]))}`;

type Named = KeyName & Pick<SigningKey, 'sign'>;

/** The checkpoint as a signed note. */
export const signedNote = async (checkpoint: Checkpoint, { sign, ...named }: Named): Promise<string> => {
  const { origin, size, root, extension } = checkpoint;
  const text = [origin, String(size), base64(root), ...extension].map((line) => `${line}\n`).join('');
  const signature = await sign(text);
  return `${text}\n\u2014 ${named.name} ${base64(Buffer.concat([keyId(named), signature]))}\n`;
};

/** What of a note is signed: all before its signatures, with the line end. */
export const textOf = (note: string): string => note.slice(0, note.lastIndexOf('\n\n') + 1);

/** What a note of ours says; its signature is not looked at. Throws on what is none. */
export const checkpointIn = (note: string): Checkpoint => {
  const [text = '', signatures] = note.split('\n\n');
  const [origin, size, root, ...extension] = text.split('\n');
  if (signatures === undefined || origin === undefined || root === undefined || !/^(0|[1-9]\d*)$/.test(size ?? ''))
    throw new Error('it is no checkpoint');
  return { origin, size: Number(size), root: Buffer.from(root, 'base64'), extension };
};

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
