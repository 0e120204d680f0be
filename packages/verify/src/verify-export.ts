import { NoEvent, eventIn } from './event';
import { createFold } from './fold';
import type { Fold } from './fold';
import type { Finding, GivenCheckpoint, Proofs } from './finding';
import { createKeys } from './keys';
import { linesOf } from './lines';
import { createTree } from './tree';
import { witnessFindings } from './witness';

export type Verdict = {
  lines: number;
  /** Of the tree of all lines, base64. */
  root: string;
  /** Lines that the newest checkpoint which holds proves; 0 without one. */
  provenLines: number;
  accounts: number;
  /** Blocks and unblocks that were compared with the fold. */
  edges: number;
  findings: Finding[];
};

type Given = Proofs & { bytes: AsyncIterable<Uint8Array> };

/** Reads an export once, from its first line to its last. `fold` is what it then holds. */
export const verifyExport = async ({
  bytes,
  checkpoints,
  keys: given,
  witnesses,
}: Given): Promise<{ verdict: Verdict; fold: Fold }> => {
  const tree = createTree();
  const keys = createKeys(given);
  const fold = createFold(keys);
  const findings: Finding[] = [];
  const proofs = createProofs(checkpoints);
  let first: string | undefined;
  proofs.compare(0, tree.root);
  for await (const bytesOfLine of linesOf(bytes)) {
    tree.add(bytesOfLine);
    const line = tree.size();
    proofs.compare(line, tree.root);
    try {
      const event = eventIn(bytesOfLine.toString());
      first ??= event.eventId;
      findings.push(...fold.apply(event, line).map((what) => ({ line, what })));
    } catch (error) {
      if (!(error instanceof NoEvent)) throw error;
      findings.push({ line, what: error.message });
    }
  }
  findings.push(...fold.undecided(), ...proofs.findings(tree.size(), first));
  for (const { name, checkpoint } of checkpoints)
    findings.push(...keys.faults(checkpoint).map((what) => ({ checkpoint: name, what })));
  findings.push(...witnessFindings(checkpoints, witnesses));
  const accounts = [...fold.accounts()].length;
  const root = tree.root().toString('base64');
  const verdict = { lines: tree.size(), root, provenLines: proofs.proven(), accounts, edges: fold.edges(), findings };
  return { verdict, fold };
};

/** Compares the root at the size of each checkpoint. */
const createProofs = (checkpoints: readonly GivenCheckpoint[]) => {
  const waiting = [...checkpoints].sort((one, other) => one.checkpoint.size - other.checkpoint.size);
  const compared: Finding[] = [];
  let proven = 0;
  return {
    proven: () => proven,
    compare: (size: number, root: () => Buffer): void => {
      while (waiting[0]?.checkpoint.size === size) {
        const [{ name, checkpoint }] = waiting.splice(0, 1) as [GivenCheckpoint];
        if (root().equals(checkpoint.root)) proven = size;
        else
          compared.push({
            checkpoint: name,
            what: `the first ${String(size)} lines are not those that were signed: one of lines ${String(proven + 1)} to ${String(size)} was changed, moved, left out or put in`,
          });
      }
    },
    findings: (lines: number, first: string | undefined): Finding[] => [
      ...compared,
      ...waiting.map(({ name, checkpoint }) => ({
        checkpoint: name,
        what: `${String(checkpoint.size)} lines were signed, and the export ends after ${String(lines)}`,
      })),
      ...checkpoints
        .filter(({ checkpoint: { origin } }) => first !== undefined && origin.split('/')[1] !== first)
        .map(({ name, checkpoint: { origin } }) => ({
          checkpoint: name,
          what: `it is of ${origin}, and the export is of tollgate/${String(first)}`,
        })),
    ],
  };
};
