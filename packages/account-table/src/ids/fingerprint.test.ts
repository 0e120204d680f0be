import fc from 'fast-check';
import { createFingerprints } from './fingerprint';
import type { KeyKind } from './fingerprint';

const seed = Uint8Array.from({ length: 16 }, (_, index) => 37 * index + 11);
type Key = [kind: KeyKind, owner: string, id: string];

const kinds: KeyKind[] = [
  'payment',
  'usage',
  'adjustment',
  'reversal',
  'reversed-payment',
  'reversed-usage',
  'reversed-adjustment',
  'message',
];

const fingerprint = (...key: Key): string => fingerprintUnder(seed, key);

const fingerprintUnder = (under: Uint8Array, [kind, owner, id]: Key): string => {
  const fingerprints = createFingerprints(under);
  fingerprints.of(kind, owner, id);
  return [fingerprints.high, fingerprints.low].map((half) => half.toString(16).padStart(8, '0')).join('');
};

const mask = 0xffff_ffffn;

/** HalfSipHash-2-4-64 as its paper writes it, with BigInt for words. */
const plainHash = (key: Uint8Array, message: Uint8Array): string => {
  const word = (bytes: Uint8Array, at: number): bigint =>
    [0, 1, 2, 3].reduce((sum, index) => sum | (BigInt(bytes[at + index] ?? 0) << BigInt(8 * index)), 0n);
  const turn = (value: bigint, bits: bigint): bigint => ((value << bits) | (value >> (32n - bits))) & mask;
  const key0 = word(key, 0);
  const key1 = word(key, 4);
  let [v0, v1, v2, v3] = [key0, key1 ^ 0xeen, 0x6c796765n ^ key0, 0x74656462n ^ key1];
  const round = (): void => {
    v0 = (v0 + v1) & mask;
    v1 = turn(v1, 5n) ^ v0;
    v0 = turn(v0, 16n);
    v2 = (v2 + v3) & mask;
    v3 = turn(v3, 8n) ^ v2;
    v0 = (v0 + v3) & mask;
    v3 = turn(v3, 7n) ^ v0;
    v2 = (v2 + v1) & mask;
    v1 = turn(v1, 13n) ^ v2;
    v2 = turn(v2, 16n);
  };
  const rounds = (count: number): void => {
    for (let index = 0; index < count; index += 1) round();
  };
  const padded = new Uint8Array((Math.floor(message.length / 4) + 1) * 4);
  padded.set(message);
  padded[padded.length - 1] = message.length & 255;
  for (let at = 0; at < padded.length; at += 4) {
    v3 ^= word(padded, at);
    rounds(2);
    v0 ^= word(padded, at);
  }
  v2 ^= 0xeen;
  rounds(4);
  const first = v1 ^ v3;
  v1 ^= 0xddn;
  rounds(4);
  return [first, v1 ^ v3].map((half) => half.toString(16).padStart(8, '0')).join('');
};

/** What is to be hashed for a key, written again in the simplest way. */
const messageOf = (kind: KeyKind, owner: string, id: string): Buffer => {
  const text = owner + id;
  const isNarrow = [...Array(text.length).keys()].every((index) => text.charCodeAt(index) < 256);
  const head = Buffer.alloc(4);
  head.writeUInt32LE(kinds.indexOf(kind) + (isNarrow ? 0 : 8) + 16 * owner.length);
  return Buffer.concat([head, Buffer.from(text, isNarrow ? 'latin1' : 'utf16le')]);
};

const aText = fc.oneof(fc.string({ maxLength: 40 }), fc.string({ unit: 'binary', maxLength: 12 }));
const aKey = fc.tuple(fc.constantFrom(...kinds), aText, aText);

test('a fingerprint is HalfSipHash of the key under the first half of the seed', () => {
  fc.assert(
    fc.property(aKey, ([kind, owner, id]) => {
      expect(fingerprint(kind, owner, id)).toBe(plainHash(seed, messageOf(kind, owner, id)));
    }),
  );
});

test('two keys never feed the hash the same bytes', () => {
  const close = fc.tuple(
    fc.constantFrom(...kinds),
    fc.string({ unit: fc.constantFrom('a', '\0', 'ÿ', 'Ā', '\ud800'), maxLength: 4 }),
    fc.string({ unit: fc.constantFrom('a', '\0', 'ÿ', 'Ā', '\ud800'), maxLength: 4 }),
  );
  fc.assert(
    fc.property(close, close, (one, other) => {
      const isSame = one.join('|') === other.join('|');
      expect(messageOf(...one).equals(messageOf(...other))).toBe(isSame);
      expect(fingerprint(...one) === fingerprint(...other)).toBe(isSame);
    }),
    { numRuns: 1_000 },
  );
});

test('a text of any length is hashed whole, and a long one leaves nothing behind', () => {
  const fingerprints = createFingerprints(seed);
  const long = 'x'.repeat(5_000);
  fingerprints.of('usage', 'acme', `${long}1`);
  const first = fingerprints.low;
  fingerprints.of('usage', 'acme', `${long}2`);
  expect(fingerprints.low).not.toBe(first);
  fingerprints.of('usage', 'acme', 'u-1');
  expect([fingerprints.high, fingerprints.low].map((half) => half.toString(16).padStart(8, '0')).join('')).toBe(
    fingerprint('usage', 'acme', 'u-1'),
  );
});

test('another seed gives other fingerprints', () => {
  expect(fingerprintUnder(new Uint8Array(16), ['usage', 'acme', 'u-1'])).not.toBe(fingerprint('usage', 'acme', 'u-1'));
});
