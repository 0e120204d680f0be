import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { checkpointIn, signedNote, verifierKey } from './checkpoint';

/** The key of RFC 8032, 7.1, test 1. */
const seed = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
const key = createPrivateKey({
  key: Buffer.from(`302e020100300506032b657004220420${seed}`, 'hex'),
  format: 'der',
  type: 'pkcs8',
});
const publicKey = Buffer.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex');
const name = 'tollgate/0d9f4a52-6a4e-4a37-8a0c-0f6f2f1f9c11';
const signer = { name, publicKey, sign: (text: string) => Promise.resolve(sign(null, Buffer.from(text), key)) };
const checkpoint = { origin: name, size: 20_852_163, root: Buffer.alloc(32, 7), extension: [] };

test('a checkpoint is a signed note: origin, size and root, signed as they stand', async () => {
  const note = await signedNote(checkpoint, signer);
  const [text = '', signature = ''] = note.split('\n\n');
  expect(text).toBe(`${name}\n20852163\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=`);
  const [dash, by, base64 = ''] = signature.trimEnd().split(' ');
  expect([dash, by, note.endsWith('\n')]).toEqual(['—', name, true]);
  const bytes = Buffer.from(base64, 'base64');
  expect(bytes.subarray(0, 4).toString('hex')).toBe(verifierKey({ name, publicKey }).split('+')[1]);
  expect(verify(null, Buffer.from(`${text}\n`), createPublicKey(key), bytes.subarray(4))).toBe(true);
  expect(checkpointIn(note)).toEqual(checkpoint);
});

test('the id of a key is the one that other programs for signed notes compute', () => {
  // The example of golang.org/x/mod/sumdb/note.
  const peter = Buffer.from('ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW', 'base64');
  expect(verifierKey({ name: 'PeterNeumann', publicKey: peter.subarray(1) })).toBe(
    'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
  );
});

test('what a new origin says of the old one is signed with it', async () => {
  const extension = ['continues tollgate/a 5 AAAA', 'reason "restored"'];
  const note = await signedNote({ ...checkpoint, extension }, signer);
  expect(checkpointIn(note).extension).toEqual(extension);
});

test.each(['', 'x', `${name}\n5\n`, `${name}\n05\nAAAA\n\n— x y\n`, `${name}\n5\nAAAA\n`])(
  '%j is no checkpoint',
  (text) => {
    expect(() => checkpointIn(text)).toThrow('it is no checkpoint');
  },
);
