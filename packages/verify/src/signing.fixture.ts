import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { lines } from './example.fixture';
import { createTree } from './tree';

/** What stands before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410). */
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex');

export const ledger = 'tollgate/f00ba706-7cd3-47ed-bebe-ee5636ce65dc';

/** The same for each seed. */
const privateKeyOf = (seed: number) => {
  const der = Buffer.concat([pkcs8, Buffer.alloc(32, seed)]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  return {
    publicKey: Buffer.from(x, 'base64url'),
    signed: (text: string) => sign(null, Buffer.from(text), privateKey),
  };
};

/** Id and line of a public key, as verifiers of notes take it. */
const namedKey = (name: string, typed: Buffer) => {
  const id = createHash('sha256').update(`${name}\n`).update(typed).digest().subarray(0, 4);
  return { id, line: `${name}+${id.toString('hex')}+${typed.toString('base64')}` };
};

/** A key that is always the same, of the example's ledger. */
export const keyOf = (seed: number) => {
  const { publicKey, signed } = privateKeyOf(seed);
  const { id, line } = namedKey(ledger, Buffer.concat([Buffer.of(1), publicKey]));
  return {
    ...{ id: id.toString('hex'), line, signed },
    /** A signed checkpoint of the first lines of an export. */
    note: (given: readonly string[], size: number, origin = ledger): string => {
      const tree = createTree();
      for (const line of given.slice(0, size)) tree.add(Buffer.from(line));
      const text = `${origin}\n${String(size)}\n${tree.root().toString('base64')}\n`;
      return `${text}\n\u2014 ${ledger} ${Buffer.concat([id, signed(text)]).toString('base64')}\n`;
    },
  };
};

/** A witness that is always the same, and cosigns whatever it is given. */
export const witnessOf = (seed: number, name = 'witness.example/w1') => {
  const { publicKey, signed } = privateKeyOf(seed);
  const { id, line } = namedKey(name, Buffer.concat([Buffer.of(4), publicKey]));
  return {
    line,
    /** Its line below a note; `of` is the text that it signs, where that is not the note's. */
    cosigned: (
      note: string,
      { time = 1_780_000_000n, of = note.slice(0, note.lastIndexOf('\n\n') + 1) } = {},
    ): string => {
      const timestamp = Buffer.alloc(8);
      timestamp.writeBigUInt64BE(time);
      const signature = Buffer.concat([id, timestamp, signed(`cosignature/v1\ntime ${String(time)}\n${of}`)]);
      return `${note}\u2014 ${name} ${signature.toString('base64')}\n`;
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
