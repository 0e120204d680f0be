import { isCosignedBy, signersOf } from './checkpoint';
import type { PublicKey } from './checkpoint';
import type { Finding, GivenCheckpoint } from './finding';

/**
 * What is wrong with the cosignatures of witnesses: each of theirs must be right, and the newest checkpoint must have one of each. Older
 * ones need none: that the newest continues them is checked anyway.
 */
export const witnessFindings = (
  checkpoints: readonly GivenCheckpoint[],
  witnesses: readonly PublicKey[],
): Finding[] => {
  const size = Math.max(...checkpoints.map(({ checkpoint }) => checkpoint.size));
  const newest = checkpoints.filter(({ checkpoint }) => checkpoint.size === size);
  return witnesses.flatMap((witness) => {
    const bearing = checkpoints.filter(({ checkpoint }) => signersOf(checkpoint, [witness]).length > 0);
    const wrong = bearing
      .filter(({ checkpoint }) => !isCosignedBy(checkpoint, witness))
      .map(({ name }) => ({
        checkpoint: name,
        what: `the cosignature of witness ${witness.name} is not its own, or not of this checkpoint`,
      }));
    const isMissing = !newest.some((one) => bearing.includes(one));
    const missing = isMissing ? newest.slice(0, 1) : [];
    return [
      ...wrong,
      ...missing.map(({ name }) => ({ checkpoint: name, what: `witness ${witness.name} has not cosigned it` })),
    ];
  });
};
