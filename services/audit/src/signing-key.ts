import { createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder, syncFolder } from '@tollgate/folder';
import { ed25519Name, signByAgent } from './ssh-agent';

/** Ed25519; `sign` may reject, and then be asked again. */
export type SigningKey = { publicKey: Uint8Array; holder: 'file' | 'agent'; sign(text: string): Promise<Uint8Array> };

/** Where a key is: the file that holds it, or that names it where an agent holds it, and the socket of the agent, if there is one. */
export type KeyPlace = { path: string; agent?: string | undefined };

/**
 * The key in a file of PKCS #8, which nobody else may read; made where there is neither a file nor an agent. Or that of which the file
 * holds the public half, as OpenSSH writes it, and an agent the private one. Throws with what to do.
 */
export const openSigningKey = async ({ path, agent }: KeyPlace): Promise<SigningKey> => {
  await makeFolder(dirname(path));
  if (!existsSync(path)) {
    if (agent !== undefined) throw new Error(notOfAgent(path, agent));
    makeSigningKey(path);
  }
  const publicKey = publicKeyIn(readFileSync(path, 'utf8'));
  if (publicKey === undefined) {
    if (agent !== undefined && !isOurs(readPem(path))) throw new Error(notOfAgent(path, agent));
    return keyInFile(path);
  }
  if (agent === undefined)
    throw new Error(`${path} holds a public key: say which agent signs with it, with TOLLGATE_SIGNING_AGENT`);
  return { publicKey, holder: 'agent', sign: (text) => signByAgent(agent, publicKey, text) };
};

/** Why a file is of no use where an agent is to sign. */
export const notOfAgent = (path: string, agent: string): string =>
  `${path} must hold the public key that the agent at ${agent} signs with, one line that begins with ${ed25519Name} ("ssh-add -L" prints it); a key in the file itself signs without TOLLGATE_SIGNING_AGENT, and "tollgate audit rotate-key --next-key" leads from it to one of an agent`;

const keyInFile = (path: string): SigningKey => {
  const { mode } = statSync(path);
  if ((mode & 0o007) !== 0) throw new Error(`the signing key ${path} can be read by others: chmod 600 ${path}`);
  const key = readKey(path);
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
  return {
    publicKey: Buffer.from(x, 'base64url'),
    holder: 'file',
    sign: (text) => Promise.resolve(sign(null, Buffer.from(text), key)),
  };
};

/** A new one in a file that must not be there. */
export const makeSigningKey = (path: string): void => {
  const key = generateKeyPairSync('ed25519').privateKey;
  placeKey(path, key.export({ type: 'pkcs8', format: 'pem' }).toString());
};

/** The 32 bytes of the key; absent where it is none, or of several nobody knows which. */
const publicKeyIn = (text: string): Uint8Array | undefined => {
  const [line = '', ...others] = text.trim().split(/\r?\n/);
  const [name, base64 = ''] = line.split(' ');
  const blob = Buffer.from(base64, 'base64');
  const isOne = others.length === 0 && name === ed25519Name && blob.length === blobBytes;
  return isOne ? blob.subarray(blobBytes - keyBytes) : undefined;
};
const keyBytes = 32;
/** The name and the key, each with its length before it. */
const blobBytes = 4 + ed25519Name.length + 4 + keyBytes;

const readKey = (path: string): KeyObject => {
  const key = readPem(path);
  if (!isOurs(key)) throw new Error(`${path} holds no Ed25519 key in PEM: name another file`);
  return key;
};

const isOurs = (key: KeyObject | undefined): key is KeyObject => key?.asymmetricKeyType === 'ed25519';

/** What is wrong with it is not said: it might be said with parts of the key. */
const readPem = (path: string): KeyObject | undefined => {
  try {
    return createPrivateKey(readFileSync(path));
  } catch {
    return undefined;
  }
};

/** A key's file, whole or not there whenever the disk is full or the process is killed; durable. Throws where there is one. */
export const placeKey = (path: string, text: string): void => {
  const unfinished = `${path}.${randomUUID()}`;
  const file = openSync(unfinished, 'wx', 0o600);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
    linkSync(unfinished, path);
  } finally {
    closeSync(file);
    rmSync(unfinished);
  }
  syncFolder(dirname(path));
};
