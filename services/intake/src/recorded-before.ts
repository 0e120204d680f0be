import type { Command } from '@tollgate/balance';
import type { Parsed } from '@tollgate/contracts';
import type { Item, Outcome } from './intent';
import type { Ledger } from './ledger';

/**
 * JSON that says a name twice is refused, but was taken for its last value once: what was recorded then and is sent again is the
 * duplicate that it always was (DESIGN 2.9). Absent for anything else.
 */
export const recordedBefore = async <One extends Command>(
  ledger: Pick<Ledger, 'forecast'>,
  { refused, metadata }: { refused: Parsed<One>; metadata: Item['metadata'] },
): Promise<{ command: One; outcome: Outcome } | undefined> => {
  const command = refused.ok ? undefined : refused.before;
  if (command === undefined) return undefined;
  const [outcome] = await ledger.forecast([{ intent: command, metadata }]);
  return outcome?.status === 'recorded' && outcome.isDuplicate ? { command, outcome } : undefined;
};
