import { readFileSync } from 'node:fs';
import { Unusable } from './checkpoint';
import { readFrom } from './given';
import { createKeys } from './keys';
import { consistencyFaults, inclusionFaults, readConsistencyProof, readInclusionProof } from './proof';
import type { Finding, GivenCheckpoint, Proofs } from './finding';
import { witnessFindings } from './witness';

const lineFeed = 0x0a;

/** Whether the one line in a file is among those that a checkpoint signs. Throws `Unusable`. */
export const verifyInclusion = (linePath: string, proofPath: string, given: Proofs): Finding[] => {
  const [signed, ...more] = given.checkpoints;
  if (signed === undefined || more.length > 0) throw new Unusable('--inclusion: name the one --checkpoint it is of');
  const proof = readFrom(proofPath, readInclusionProof);
  const bytes = readFileSync(linePath);
  const line = bytes.at(-1) === lineFeed ? bytes.subarray(0, -1) : bytes;
  if (line.includes(lineFeed)) throw new Unusable(`${linePath}: one line of an export is expected`);
  return [...signatureFindings(given), ...foundWith(signed, inclusionFaults(line, proof, signed.checkpoint))];
};

/** Whether a newer checkpoint continues an older one. Throws `Unusable`. */
export const verifyConsistency = (proofPath: string, given: Proofs): Finding[] => {
  const [older, newer, ...more] = [...given.checkpoints].sort(
    (one, other) => one.checkpoint.size - other.checkpoint.size,
  );
  if (older === undefined || newer === undefined || more.length > 0)
    throw new Unusable('--consistency: name the two --checkpoint it is between');
  const proof = readFrom(proofPath, readConsistencyProof);
  const faults = consistencyFaults(proof, older.checkpoint, newer.checkpoint);
  if (older.checkpoint.origin !== newer.checkpoint.origin)
    faults.push(`it is of ${newer.checkpoint.origin}, and the other of ${older.checkpoint.origin}`);
  return [...signatureFindings(given), ...foundWith(newer, faults)];
};

export const signatureFindings = ({ checkpoints, keys, witnesses }: Proofs): Finding[] => {
  const by = createKeys(keys);
  return [
    ...checkpoints.flatMap((given) => foundWith(given, by.faults(given.checkpoint))),
    ...witnessFindings(checkpoints, witnesses),
  ];
};

export const foundWith = ({ name }: GivenCheckpoint, faults: readonly string[]): Finding[] =>
  faults.map((what) => ({ checkpoint: name, what }));
