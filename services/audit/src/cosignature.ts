import { createPublicKey, verify } from 'node:crypto';
import { cosigns, keyId, textOf } from './checkpoint';
import type { KeyName } from './checkpoint';

/** A checkpoint and the line of a witness below it. */
export type Cosigned = { note: string; cosignatures: readonly string[] };

/**
 * The last line of an answer that is a cosignature of a note by this key (c2sp.org/tlog-cosignature); those of others are passed over. One
 * is all that a key has to say, and readers of notes refuse those of many lines. Throws where there is none, and where one is not of this note.
 */
export const cosignaturesIn = (answer: string, note: string, key: KeyName): string[] => {
  const own = answer.split('\n').filter((line) => isOf(line, key));
  if (own.length === 0) throw new Error('its answer has no cosignature of its key');
  if (!own.every((line) => isCosignature(bytesIn(line), textOf(note), key)))
    throw new Error('its cosignature is not of this checkpoint, or not of its key');
  return own.slice(-1);
};

const bytesIn = (line: string): Buffer => Buffer.from(line.split(' ')[2] ?? '', 'base64');

const isOf = (line: string, key: KeyName): boolean => {
  const [, name, base64 = ''] = /^\u2014 (\S+) (\S+)$/.exec(line) ?? [];
  const bytes = bytesIn(line);
  const id = bytes.subarray(0, idBytes);
  return name === key.name && bytes.toString('base64') === base64 && id.equals(keyId(key, cosigns));
};

const idBytes = 4;
const timeBytes = 8;
const signatureBytes = 64;

const isCosignature = (bytes: Buffer, text: string, { publicKey }: KeyName): boolean => {
  if (bytes.length !== idBytes + timeBytes + signatureBytes) return false;
  const message = `cosignature/v1\ntime ${String(bytes.readBigUInt64BE(idBytes))}\n${text}`;
  const x = Buffer.from(publicKey).toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return verify(null, Buffer.from(message), key, bytes.subarray(idBytes + timeBytes));
};
