import { createHalfSipHash } from './half-sip-hash';

/** What an id is an id of; ids of one kind are unique to an account (a message's, refused or lost: to its stream; a command's: to the switch). */
export type KeyKind = keyof typeof kindCodes;

/** They go into what is hashed, and fingerprints are stored: a code never changes its meaning. Eight fit in the lowest bits. */
const kindCodes = {
  payment: 0,
  usage: 1,
  adjustment: 2,
  reversal: 3,
  'reversed-payment': 4,
  'reversed-usage': 5,
  'reversed-adjustment': 6,
  message: 7,
  authorization: 1 << 28,
  acknowledgement: 2 << 28,
  statement: 3 << 28,
} as const;

/** 64 bits of an id, in two halves that stand in `high` and `low` until the next call. */
export type Fingerprints = {
  readonly high: number;
  readonly low: number;
  of(kind: KeyKind, owner: string, id: string): void;
};

/**
 * Fingerprints of one log, under the first half of its seed. Two keys never feed the hash the same bytes: a word of kind, width of
 * a code unit and length of the owner comes first, and the hash itself tells apart how long the rest is.
 */
export const createFingerprints = (seed: Uint8Array): Fingerprints => {
  const hash = createHalfSipHash(seed.subarray(0, 8));
  let bytes = new Uint8Array(512);
  let message = new DataView(bytes.buffer);

  /** Whether all code units of the text are below 256, each then put as one byte. */
  const putNarrow = (text: string, start: number): boolean => {
    let seen = 0;
    for (let index = 0; index < text.length; index += 1) {
      const unit = text.charCodeAt(index);
      seen |= unit;
      bytes[start + index] = unit;
    }
    return seen < 256;
  };

  const putWide = (text: string, start: number): void => {
    for (let index = 0; index < text.length; index += 1)
      message.setUint16(start + 2 * index, text.charCodeAt(index), true);
  };

  const makeRoom = (bytesNeeded: number): void => {
    if (bytesNeeded <= bytes.length) return;
    bytes = new Uint8Array(2 * bytesNeeded);
    message = new DataView(bytes.buffer);
  };

  const fingerprints = {
    high: 0,
    low: 0,
    of: (kind: KeyKind, owner: string, id: string): void => {
      const units = owner.length + id.length;
      makeRoom(headBytes + 2 * units);
      const head = kindCodes[kind] | (owner.length << 4);
      if (putNarrow(owner, headBytes) && putNarrow(id, headBytes + owner.length)) {
        message.setInt32(0, head, true);
        hash.of(message, headBytes + units);
      } else {
        putWide(owner, headBytes);
        putWide(id, headBytes + 2 * owner.length);
        message.setInt32(0, head | wide, true);
        hash.of(message, headBytes + 2 * units);
      }
      fingerprints.high = hash.first;
      fingerprints.low = hash.second;
    },
  };
  return fingerprints;
};

const headBytes = 4;
const wide = 8;
