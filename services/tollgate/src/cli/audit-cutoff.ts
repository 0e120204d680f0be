import { NoEvent, createFold, eventIn } from '@tollgate/verify';

export type CutoffAudit = {
  events: number;
  /** Decisions that were compared. */
  edges: number;
  /** Who is blocked by the fold, as `accountId/direction`. */
  blocked: string[];
  differences: { line: number; what: string }[];
};

/** Every block and unblock against the fold of the verifier, which has its own rules and its own arithmetic. */
export const auditCutoff = async (lines: AsyncIterable<string>): Promise<CutoffAudit> => {
  const fold = createFold();
  const differences: CutoffAudit['differences'] = [];
  let line = 0;
  for await (const text of lines) {
    line += 1;
    for (const what of faultsIn(fold, text, line)) differences.push({ line, what });
  }
  differences.push(...fold.undecided());
  return { events: line, edges: fold.edges(), blocked: fold.blocked(), differences };
};

const faultsIn = (fold: ReturnType<typeof createFold>, text: string, line: number): string[] => {
  try {
    return fold.apply(eventIn(text), line);
  } catch (error) {
    if (error instanceof NoEvent) return [error.message];
    throw error;
  }
};
