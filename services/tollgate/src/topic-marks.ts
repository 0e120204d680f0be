import { createHash } from 'node:crypto';
import { z } from 'zod';

/** The last message of each partition that the broker acknowledged, to be read back: compaction never removes it. */
export type TopicMarks = {
  /** The cluster it was acknowledged by. */
  cluster: string;
  records: Map<number, TopicMark>;
};

export type TopicMark = { offset: bigint; hash: string };

/** What a message says, short: 64 bits of its SHA-256. */
export const hashOf = (value: string | Buffer | null): string =>
  createHash('sha256')
    .update(value ?? '')
    .digest('hex')
    .slice(0, 16);

const encoded = z.strictObject({
  cluster: z.string(),
  records: z.array(z.tuple([z.int(), z.string().regex(/^\d+$/), z.string()])),
});

export const encodeMarks = ({ cluster, records }: TopicMarks): string =>
  JSON.stringify({
    cluster,
    records: [...records].map(([partition, { offset, hash }]) => [partition, String(offset), hash]),
  } satisfies z.infer<typeof encoded>);

export const decodeMarks = (text: string): TopicMarks => {
  const { cluster, records } = encoded.parse(JSON.parse(text));
  return {
    cluster,
    records: new Map(records.map(([partition, offset, hash]) => [partition, { offset: BigInt(offset), hash }])),
  };
};
