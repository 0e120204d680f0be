import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { lines } from './example.fixture';
import { createTree } from './tree';

const ed25519 = Buffer.of(1);
/** What stands before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410). */
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex');

export const ledger = 'tollgate/f00ba706-7cd3-47ed-bebe-ee5636ce65dc';

/** A key that is always the same, of the example's ledger. */
export const keyOf = (seed: number) => {
  const der = Buffer.concat([pkcs8, Buffer.alloc(32, seed)]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  const typed = Buffer.concat([ed25519, Buffer.from(x, 'base64url')]);
  const id = createHash('sha256').update(`${ledger}\n`).update(typed).digest().subarray(0, 4);
  return {
    id: id.toString('hex'),
    line: `${ledger}+${id.toString('hex')}+${typed.toString('base64')}`,
    signed: (text: string): Buffer => sign(null, Buffer.from(text), privateKey),
    /** A signed checkpoint of the first lines of an export. */
    note: (given: readonly string[], size: number, origin = ledger): string => {
      const tree = createTree();
      for (const line of given.slice(0, size)) tree.add(Buffer.from(line));
      const text = `${origin}\n${String(size)}\n${tree.root().toString('base64')}\n`;
      const signature = Buffer.concat([id, sign(null, Buffer.from(text), privateKey)]);
      return `${text}\n\u2014 ${ledger} ${signature.toString('base64')}\n`;
    },
  };
};

export type TestKey = ReturnType<typeof keyOf>;

/** An event that lets one key follow another. */
export const keyChange = (previous: TestKey, next: TestKey, { revision = 0, ...more }: Record<string, unknown> = {}) =>
  JSON.stringify({
    ...{ stream: 'signing-key', revision, eventId: 'c0ffee00-7cd3-47ed-bebe-ee5636ce65dc', type: 'SigningKeyChanged' },
    recordedAt: '2026-11-27T11:45:00.000Z',
    data: {
      ...{ previous: previous.line, next: next.line, reason: 'a year has passed' },
      endorsement: previous.signed(`tollgate signing key\n${previous.line}\n${next.line}\n`).toString('base64'),
      ...more,
    },
  });

/** The example, a change of keys as line 24, and one payment after it. */
export const withKeyChange = (change: string): string[] => [
  ...lines,
  change,
  '{"stream":"account-initech","revision":4,"eventId":"160488c6-0000-469b-8728-c00a1d70b0bd","type":"PaymentRecorded","recordedAt":"2026-11-27T11:45:01.000Z","receivedAt":"2026-11-27T11:45:01.000Z","data":{"paymentId":"p-9","accountId":"initech","direction":"outbound","amount":"2","currency":"EUR"}}',
];
