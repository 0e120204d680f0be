import { createHash, createPublicKey, verify } from 'node:crypto';

/** What somebody signed: how many events a ledger had, and the root of the tree of their lines. */
export type Checkpoint = {
  origin: string;
  size: number;
  root: Buffer;
  extension: string[];
  text: string;
  signatures: Signature[];
};

type Signature = { name: string; keyId: string; bytes: Buffer };

/** A public key: `name+id+base64`, as a line of its own. */
export type PublicKey = { name: string; keyId: string; bytes: Buffer };

/** Something was given that is not what it should be: nothing can be checked with it. */
export class Unusable extends Error {
  override readonly name = 'Unusable';
}

/** Whose key it is, by the byte before it (c2sp.org/signed-note). */
const kinds = { 'public key': 1, 'key of a witness': 4 } as const;

const readKey = (line: string, kind: keyof typeof kinds): PublicKey => {
  const [, name, keyId, base64] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/.exec(line.trim()) ?? [];
  const typed = Buffer.from(base64 ?? '', 'base64');
  if (name === undefined || keyId === undefined || typed.length !== 33 || typed[0] !== kinds[kind])
    throw new Unusable(`it is no ${kind}: a line NAME+ID+KEY of an Ed25519 key is expected`);
  if (createHash('sha256').update(`${name}\n`).update(typed).digest('hex').slice(0, 8) !== keyId)
    throw new Unusable(`the ${kind} does not match its id: it was damaged, or put together from two`);
  return { name, keyId, bytes: typed.subarray(1) };
};

/** Of who signs checkpoints. Throws `Unusable`. */
export const readPublicKey = (line: string): PublicKey => readKey(line, 'public key');

/** Of a witness, who cosigns them (c2sp.org/tlog-cosignature). Throws `Unusable`. */
export const readWitnessKey = (line: string): PublicKey => readKey(line, 'key of a witness');

/** A signed note (c2sp.org/signed-note) that holds a checkpoint (c2sp.org/tlog-checkpoint). Throws `Unusable`. */
export const readCheckpoint = (note: string): Checkpoint => {
  const end = note.trimEnd().lastIndexOf('\n\n');
  const text = note.slice(0, end + 1);
  const [origin = '', size = '', root = '', ...extension] = text.slice(0, -1).split('\n');
  const bytes = Buffer.from(root, 'base64');
  if (end < 0 || origin === '' || !/^(0|[1-9]\d{0,15})$/.test(size) || !isBase64(root, bytes) || bytes.length !== 32)
    throw new Unusable('it is no checkpoint: a signed note of origin, size and root is expected');
  if (extension.includes('')) throw new Unusable('it holds more than one checkpoint: save each in a file of its own');
  const signatures = note
    .slice(end + 2)
    .split('\n')
    .flatMap(signatureIn);
  return { origin, size: Number(size), root: bytes, extension, text, signatures };
};

const isBase64 = (text: string, bytes: Buffer): boolean => bytes.toString('base64') === text;

/** Its dash is no part of what is signed: mail programs put others in its place. */
const signatureIn = (line: string): Signature[] => {
  const [, name, base64 = ''] = /^[\u2014\u2013-] (\S+) (\S+)$/.exec(line) ?? [];
  const bytes = Buffer.from(base64, 'base64');
  return name === undefined || !isBase64(base64, bytes) || bytes.length < 5
    ? []
    : [{ name, keyId: bytes.subarray(0, 4).toString('hex'), bytes: bytes.subarray(4) }];
};

/** Those keys that a signature on it names. Signatures of other keys are passed over. */
export const signersOf = ({ signatures }: Checkpoint, keys: readonly PublicKey[]): PublicKey[] =>
  keys.filter((key) => signatures.some((signature) => isOf(signature, key)));

/** Whether each signature that names the key is the key's; there must be one. */
export const isSignedBy = ({ text, signatures }: Checkpoint, key: PublicKey): boolean => {
  const own = signatures.filter((signature) => isOf(signature, key));
  return own.length > 0 && own.every(({ bytes }) => isEd25519(Buffer.from(text), bytes, key));
};

/** The same of a witness's key, which signs the time, in seconds of 1970, before the text. */
export const isCosignedBy = ({ text, signatures }: Checkpoint, key: PublicKey): boolean => {
  const own = signatures.filter((signature) => isOf(signature, key));
  return own.length > 0 && own.every(({ bytes }) => isCosignature(text, bytes, key));
};

const timeBytes = 8;

const isCosignature = (text: string, bytes: Buffer, key: PublicKey): boolean => {
  if (bytes.length <= timeBytes) return false;
  const message = `cosignature/v1\ntime ${String(bytes.readBigUInt64BE())}\n${text}`;
  return isEd25519(Buffer.from(message), bytes.subarray(timeBytes), key);
};

const isOf = ({ name, keyId }: Signature, key: PublicKey): boolean => name === key.name && keyId === key.keyId;

export const isEd25519 = (message: Buffer, signature: Buffer, { bytes }: PublicKey): boolean => {
  const publicKey = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') },
    format: 'jwk',
  });
  return verify(null, message, publicKey, signature);
};
