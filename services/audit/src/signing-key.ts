import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '@tollgate/folder';

export type SigningKey = { key: KeyObject; publicKey: Uint8Array };

/** The Ed25519 key in a file of PKCS #8, which nobody else may read; made where there is none. Throws with what to do. */
export const openSigningKey = async (path: string): Promise<SigningKey> => {
  await makeFolder(dirname(path));
  if (!existsSync(path)) makeSigningKey(path);
  const { mode } = statSync(path);
  if ((mode & 0o007) !== 0) throw new Error(`the signing key ${path} can be read by others: chmod 600 ${path}`);
  const key = readKey(path);
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
  return { key, publicKey: Buffer.from(x, 'base64url') };
};

/** A new one in a file that must not be there. */
export const makeSigningKey = (path: string): void => {
  writeKey(path, generateKeyPairSync('ed25519').privateKey);
};

const readKey = (path: string): KeyObject => {
  const key = readPem(path);
  if (key?.asymmetricKeyType !== 'ed25519') throw new Error(`${path} holds no Ed25519 key in PEM: name another file`);
  return key;
};

/** What is wrong with it is not said: it might be said with parts of the key. */
const readPem = (path: string): KeyObject | undefined => {
  try {
    return createPrivateKey(readFileSync(path));
  } catch {
    return undefined;
  }
};

const writeKey = (path: string, key: KeyObject): void => {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, key.export({ type: 'pkcs8', format: 'pem' }).toString());
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
};
