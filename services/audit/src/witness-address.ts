import { cosigns, keyId } from './checkpoint';
import type { KeyName } from './checkpoint';

/** Where a witness is asked (c2sp.org/tlog-witness), and the key that it cosigns with. */
export type WitnessAddress = KeyName & { url: string };

/** From `URL KEY`, the key as verifiers take it. Throws with what is wrong, of which the URL is no part: it may be known to its users alone. */
export const readWitnessAddress = (text: string): WitnessAddress => {
  const [url = '', line = '', ...more] = text.trim().split(/\s+/);
  const [, name, id, base64 = ''] = /^([^\s+,]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/.exec(line) ?? [];
  if (name === undefined || more.length > 0)
    throw new Error('must be URL KEY, the key of a witness being NAME+ID+KEY; several with commas between');
  const [kind, ...key] = Buffer.from(base64, 'base64');
  const publicKey = Buffer.from(key);
  if (kind !== cosigns) throw new Error(`the key of ${name} is none of a witness that cosigns with Ed25519`);
  if (keyId({ name, publicKey }, cosigns).toString('hex') !== id)
    throw new Error(`the key of ${name} does not match its id: it was damaged, or put together from two`);
  if (!isPlainUrl(url))
    throw new Error(`the URL of ${name} must be https://host/… or http://host/…, without a password, ? or #`);
  return { url: url.replace(/\/+$/, ''), name, publicKey };
};

const isPlainUrl = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && `${username}${password}${search}${hash}` === '';
};
