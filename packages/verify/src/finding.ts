import type { Checkpoint, PublicKey } from './checkpoint';

/** Something is not as it should be: in a line of the export, counted from 1, or with a checkpoint or another file. */
export type Finding = { line?: number; checkpoint?: string; file?: string; what: string };

export type GivenCheckpoint = { name: string; checkpoint: Checkpoint };

/** What to check with. */
export type Proofs = {
  checkpoints: readonly GivenCheckpoint[];
  /** Of who signs. */
  keys: readonly PublicKey[];
  /** Of those who must have cosigned. */
  witnesses: readonly PublicKey[];
};
