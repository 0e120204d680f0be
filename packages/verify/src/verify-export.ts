import { NoEvent } from './event';
import type { Event } from './event';
import { createFold } from './fold';
import type { Fold } from './fold';
import type { Finding, Proofs } from './finding';
import { createKeys } from './keys';
import { linesOf } from './lines';
import { manglingOfLine } from './mangled';
import { createShape } from './shape';
import type { Shape } from './shape';
import { createSignedRoots } from './signed-roots';
import { createTree, leafHash } from './tree';
import { witnessFindings } from './witness';

export type Verdict = {
  lines: number;
  /** Of the tree of all lines, base64. */
  root: string;
  /** Lines that the newest checkpoint which holds proves; 0 without one. */
  provenLines: number;
  /** What that checkpoint is called. */
  provenBy?: string;
  accounts: number;
  /** Blocks and unblocks that were compared with the fold. */
  edges: number;
  /** Blocks and unblocks that are still to be decided where the export ends. */
  stillDue: number;
  findings: Finding[];
  /** What is worth a question, and may be as it should be. */
  notes: Finding[];
};

type Given = Proofs & {
  bytes: AsyncIterable<Uint8Array>;
  /** Hashes of the first lines, as they should be. */
  leaves?: readonly Buffer[];
  /** Milliseconds since 1970. */
  now?: number;
};

/** Reads an export once, from its first line to its last. `fold` is what it then holds. Throws `Unusable` where it is none. */
export const verifyExport = async (given: Given): Promise<{ verdict: Verdict; fold: Fold }> => {
  const { bytes, checkpoints, leaves = [], now = Date.now() } = given;
  const tree = createTree();
  const keys = createKeys(given.keys);
  const fold = createFold(keys);
  const findings: Finding[] = [];
  const roots = createSignedRoots(checkpoints, given.keys.length > 0);
  const shape = createShape();
  let isAsHashed = true;
  roots.compare(0, tree.root);
  for await (const bytesOfLine of linesOf(bytes)) {
    tree.add(bytesOfLine);
    const line = tree.size();
    roots.compare(line, tree.root);
    if (isAsHashed && leaves[line - 1]?.equals(leafHash(bytesOfLine)) === false) {
      isAsHashed = false;
      findings.push({ line, what: 'it is the first that is not as it was signed, by its hash in the tiles' });
    }
    findings.push(...faultsIn(bytesOfLine, shape, (event) => fold.apply(event, line)).map((what) => ({ line, what })));
  }
  const ledger = shape.ledger();
  findings.push(...fold.undecided());
  const signed = roots.findings(tree.size(), ({ checkpoint }) => {
    const { origin } = checkpoint;
    if (ledger !== undefined && origin.split('/')[1] !== ledger)
      return [
        `it is of ${origin}, and the export is of tollgate/${ledger}: of another ledger, or its first line was changed`,
      ];
    const faults = keys.faults(checkpoint);
    return faults.length > 0 ? faults : keys.unintroduced(checkpoint);
  });
  const { proving } = signed;
  const verdict: Verdict = {
    ...{ lines: tree.size(), root: tree.root().toString('base64') },
    provenLines: proving?.checkpoint.size ?? 0,
    ...(proving && { provenBy: proving.name }),
    ...{ accounts: [...fold.accounts()].length, edges: fold.edges(), stillDue: fold.stillDue() },
    findings: [...findings, ...signed.findings, ...witnessFindings(checkpoints, given.witnesses)],
    notes: [...fold.late(), ...fold.ahead(now)],
  };
  return { verdict, fold };
};

const faultsIn = (line: Buffer, shape: Shape, apply: (event: Event) => string[]): string[] => {
  try {
    const event = shape.eventIn(line);
    const mangled = manglingOfLine(line);
    return [...(mangled === undefined ? [] : [mangled]), ...apply(event)];
  } catch (error) {
    if (error instanceof NoEvent) return [error.message];
    throw error;
  }
};
