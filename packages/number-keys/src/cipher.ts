import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** AES-256-GCM (NIST SP 800-38D): 2³² texts by random nonces of 96 bits under one key are the most that it recommends. */
const algorithm = 'aes-256-gcm';
export const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
/** A number is shorter than this nearly always, so that the length of what is sealed tells nothing of it. */
const blockBytes = 32;

/** Nonce, ciphertext and tag, in base64. What it is bound to is told again to open it. */
export const seal = (key: Uint8Array, text: string, bound: string): string => {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(bound));
  return Buffer.concat([nonce, cipher.update(padded(text)), cipher.final(), cipher.getAuthTag()]).toString('base64');
};

/** Absent where it was not sealed by this key, for this place, as it stands. */
export const unseal = (key: Uint8Array, sealed: string, bound: string): string | undefined => {
  const bytes = Buffer.from(sealed, 'base64');
  if (bytes.length < nonceBytes + tagBytes) return undefined;
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(bound)).setAuthTag(bytes.subarray(-tagBytes));
  const text = decipher.update(bytes.subarray(nonceBytes, -tagBytes));
  try {
    return unpadded(Buffer.concat([text, decipher.final()]));
  } catch {
    return undefined;
  }
};

/** As JSON, which has any text, then ISO/IEC 7816-4: a byte of 0x80, and zeros up to a whole block. */
const padded = (text: string): Buffer => {
  const json = JSON.stringify(text);
  const length = Buffer.byteLength(json);
  const bytes = Buffer.alloc((Math.floor(length / blockBytes) + 1) * blockBytes);
  bytes.write(json);
  bytes[length] = 0x80;
  return bytes;
};

const unpadded = (bytes: Buffer): string => JSON.parse(bytes.toString('utf8', 0, bytes.lastIndexOf(0x80))) as string;
