import { z } from 'zod';

const count = z.int().min(0);
const hashes = z
  .array(z.string().regex(/^[A-Za-z0-9+/]{43}=$/))
  .meta({ description: 'SHA-256 each, base64, in the order of RFC 9162.' });

/** That an event’s line is a leaf of the tree (RFC 9162, 2.1.3). */
export const inclusionProof = z
  .strictObject({
    eventId: z.string(),
    index: count.meta({ description: 'Of its line in an export, from 0.' }),
    size: count.meta({ description: 'Of the tree: of a checkpoint.' }),
    hashes,
  })
  .meta({ id: 'InclusionProof' });
export type InclusionProof = z.infer<typeof inclusionProof>;

/** That a tree is the beginning of a later one (RFC 9162, 2.1.4). */
export const consistencyProof = z.strictObject({ from: count, to: count, hashes }).meta({ id: 'ConsistencyProof' });
export type ConsistencyProof = z.infer<typeof consistencyProof>;
