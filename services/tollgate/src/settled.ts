import type { CutoffProjector } from '@tollgate/cutoff-projector';
import type { Following } from '@tollgate/service-runtime';

/**
 * Resolves true once events up to a position are judged, and balances and every decision those events caused can be read (DESIGN
 * 4, minPosition); false when `timeoutMs` have passed before. The decisions stand later in the log than their causes.
 */
export const createSettled =
  (cutoff: Pick<CutoffProjector, 'reached' | 'lastDecision'>, balances: Pick<Following, 'reached'>) =>
  async (position: bigint, timeoutMs: number): Promise<boolean> => {
    const begunMs = performance.now();
    if (!(await cutoff.reached(position, timeoutMs))) return false;
    const lastDecision = cutoff.lastDecision();
    const leftMs = Math.max(0, timeoutMs - (performance.now() - begunMs));
    return balances.reached(lastDecision > position ? lastDecision : position, leftMs);
  };
