import { Unusable } from './checkpoint';
import { bytesOf, readFrom } from './given';
import { createKeys } from './keys';
import { manglingOf, manglingOfLine, onlyLine } from './mangled';
import { consistencyFaults, inclusionFaults, readConsistencyProof, readInclusionProof } from './proof';
import type { Finding, GivenCheckpoint, Proofs } from './finding';
import { witnessFindings } from './witness';

/** What came of something that was checked without an export. */
export type Proven = {
  findings: Finding[];
  /** What is worth a question, and may be as it should be. */
  notes: Finding[];
  /** What is proven where nothing is found. */
  proves: string;
};

/** Whether the one line in a file is among those that a checkpoint signs. Throws `Unusable`. */
export const verifyInclusion = (linePath: string, proofPath: string, given: Proofs): Proven => {
  const [signed, ...more] = given.checkpoints;
  if (signed === undefined || more.length > 0) throw new Unusable('--inclusion: name the one --checkpoint it is of');
  const proof = readFrom(proofPath, readInclusionProof);
  const bytes = bytesOf(linePath);
  const line = onlyLine(bytes);
  if (line === undefined) throw new Unusable(`${linePath}: one line of an export is expected`);
  const mangled = manglingOf(bytes) ?? manglingOfLine(line);
  if (mangled !== undefined) throw new Unusable(`${linePath}: ${mangled}`);
  const { origin } = signed.checkpoint;
  return {
    ...foundWith(given, (of) => (of === signed ? inclusionFaults(line, proof, signed.checkpoint) : [])),
    proves: `line ${String(proof.index + 1)} of ${String(proof.size)} of ${origin} is ${given.keys.length > 0 ? 'as it was signed' : 'in the tree of the checkpoint'}`,
  };
};

/** Whether a newer checkpoint continues an older one. Throws `Unusable`. */
export const verifyConsistency = (proofPath: string, given: Proofs): Proven => {
  const [older, newer, ...more] = [...given.checkpoints].sort(
    (one, other) => one.checkpoint.size - other.checkpoint.size,
  );
  if (older === undefined || newer === undefined || more.length > 0)
    throw new Unusable('--consistency: name the two --checkpoint it is between');
  const proof = readFrom(proofPath, readConsistencyProof);
  const faultsOf = (of: GivenCheckpoint): string[] => {
    if (of !== newer) return [];
    const { origin } = newer.checkpoint;
    return origin === older.checkpoint.origin
      ? consistencyFaults(proof, older.checkpoint, newer.checkpoint)
      : [`it is of ${origin}, and the other of ${older.checkpoint.origin}`];
  };
  return {
    ...foundWith(given, faultsOf),
    proves: `${String(newer.checkpoint.size)} lines of ${newer.checkpoint.origin} continue ${String(older.checkpoint.size)}`,
  };
};

/** What is wrong with checkpoints, and, of those whose signature is right, with what they prove. */
export const foundWith = (
  { checkpoints, keys, witnesses }: Proofs,
  faultsOf: (given: GivenCheckpoint) => readonly string[],
): Pick<Proven, 'findings' | 'notes'> => {
  const by = createKeys(keys);
  const ofSignature = checkpoints.map((given) => by.faults(given.checkpoint));
  const isSound = ofSignature.every((faults) => faults.length === 0);
  return {
    findings: [
      ...checkpoints.flatMap((given, at) => [
        ...told(given, ofSignature[at] ?? []),
        ...(isSound ? told(given, faultsOf(given)) : []),
      ]),
      ...witnessFindings(checkpoints, witnesses),
    ],
    notes: checkpoints.flatMap((given) => told(given, by.unintroduced(given.checkpoint))),
  };
};

const told = ({ name }: GivenCheckpoint, faults: readonly string[]): Finding[] =>
  faults.map((what) => ({ checkpoint: name, what }));
