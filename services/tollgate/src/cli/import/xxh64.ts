const prime1 = 0x9e3779b185ebca87n;
const prime2 = 0xc2b2ae3d27d4eb4fn;
const prime3 = 0x165667b19e3779f9n;
const prime4 = 0x85ebca77c2b2ae63n;
const prime5 = 0x27d4eb2f165667c5n;

const wrap = (value: bigint): bigint => BigInt.asUintN(64, value);
const turn = (value: bigint, bits: bigint): bigint => wrap((value << bits) | (value >> (64n - bits)));
const round = (sum: bigint, lane: bigint): bigint => wrap(turn(wrap(sum + lane * prime2), 31n) * prime1);
const merge = (hash: bigint, sum: bigint): bigint => wrap((hash ^ round(0n, sum)) * prime1 + prime4);

const stripeBytes = 32;

/** XXH64 with seed 0, of which a frame of zstd carries the low four bytes (RFC 8878, 3.1.1). */
export const createXxh64 = () => {
  let sums: [bigint, bigint, bigint, bigint] = [wrap(prime1 + prime2), prime2, 0n, wrap(-prime1)];
  let rest = Buffer.alloc(0);
  let length = 0;
  return {
    update: (part: Buffer): void => {
      const bytes = rest.length === 0 ? part : Buffer.concat([rest, part]);
      length += part.length;
      let at = 0;
      for (; at + stripeBytes <= bytes.length; at += stripeBytes)
        sums = [
          round(sums[0], bytes.readBigUInt64LE(at)),
          round(sums[1], bytes.readBigUInt64LE(at + 8)),
          round(sums[2], bytes.readBigUInt64LE(at + 16)),
          round(sums[3], bytes.readBigUInt64LE(at + 24)),
        ];
      rest = Buffer.from(bytes.subarray(at));
    },
    digest: (): bigint => {
      const [one, two, three, four] = sums;
      const joined = wrap(turn(one, 1n) + turn(two, 7n) + turn(three, 12n) + turn(four, 18n));
      const start = length < stripeBytes ? prime5 : sums.reduce(merge, joined);
      return spread(withRest(wrap(start + BigInt(length)), rest));
    },
  };
};

const withRest = (start: bigint, rest: Buffer): bigint => {
  let hash = start;
  let at = 0;
  for (; at + 8 <= rest.length; at += 8)
    hash = wrap(turn(hash ^ round(0n, rest.readBigUInt64LE(at)), 27n) * prime1 + prime4);
  if (at + 4 <= rest.length) {
    hash = wrap(turn(hash ^ wrap(BigInt(rest.readUInt32LE(at)) * prime1), 23n) * prime2 + prime3);
    at += 4;
  }
  for (; at < rest.length; at += 1) hash = wrap(turn(hash ^ wrap(BigInt(rest.readUInt8(at)) * prime5), 11n) * prime1);
  return hash;
};

const spread = (hash: bigint): bigint => {
  const once = wrap((hash ^ (hash >> 33n)) * prime2);
  const twice = wrap((once ^ (once >> 29n)) * prime3);
  return twice ^ (twice >> 32n);
};
