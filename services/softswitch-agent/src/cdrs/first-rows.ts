import type { Cdr } from '@tollgate/contracts';

/** More than a switch has calls at once. */
const mostTold = 50_000;

/**
 * A switch that is started anew brings back calls that ended in its last seconds, and writes a second row of each, which ends later: the
 * first to end is the call.
 */
export const createFirstRows = () => {
  const told = new Set<string>();
  return {
    /** The rows of calls that were not told, of each the one that ends first, and those that are passed over. */
    among: (cdrs: readonly Cdr[]): { first: Cdr[]; further: Cdr[] } => {
      const seen = new Set<string>();
      const first: Cdr[] = [];
      const further: Cdr[] = [];
      for (const cdr of cdrs.toSorted((one, other) => endOf(one) - endOf(other))) {
        const isFurther = told.has(cdr.cdrId) || seen.has(cdr.cdrId);
        (isFurther ? further : first).push(cdr);
        seen.add(cdr.cdrId);
      }
      return { first, further };
    },
    /** The brokers have them. */
    tell: (cdrs: readonly Cdr[]): void => {
      for (const { cdrId } of cdrs) told.add(cdrId);
      for (const id of told) {
        if (told.size <= mostTold) return;
        told.delete(id);
      }
    },
  };
};

const endOf = ({ startedAt, durationMs }: Cdr): number => Date.parse(startedAt) + durationMs;
