import type { GroupNote, Membership } from './membership';

/** For as long as the group has chosen us. */
export type Term = {
  /** Aborted when it ends: because another may have been chosen, or because we stop. */
  readonly signal: AbortSignal;
  /** Whether no other can have been chosen yet. To be asked before each thing done: after a pause of the process `signal` is late. */
  isSure(): boolean;
  /** What was noted of a topic, by whoever was chosen then. */
  notes(topic: string): Promise<GroupNote[]>;
  /** Kept for whoever is chosen next. Rejects where another has been chosen. */
  note(topic: string, notes: readonly GroupNote[]): Promise<void>;
};

/** Terms one after another: the next begins when all that was done in the last one has ended. `onElected` does not reject. */
export const createTerms = (onElected: (term: Term) => Promise<void>) => {
  let current: { ending: AbortController; membership: Membership } | undefined;
  let done = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  const lose = (): void => {
    clearTimeout(timer);
    current?.ending.abort();
    current = undefined;
  };
  const begin = (membership: Membership): void => {
    const term = { ending: new AbortController(), membership };
    current = term;
    const { signal } = term.ending;
    done = done.then(async () => {
      if (signal.aborted) return;
      await onElected({
        signal,
        isSure: () => !signal.aborted && performance.now() < membership.sureUntil(),
        notes: membership.notes,
        note: membership.note,
      });
    });
  };
  return {
    isElected: () => current !== undefined,
    /** The group has just said whom it has chosen. */
    confirm: (membership: Membership): void => {
      if (!membership.isChosen() || current?.membership !== membership) lose();
      if (!membership.isChosen()) return;
      if (current === undefined) begin(membership);
      clearTimeout(timer);
      timer = setTimeout(lose, Math.max(0, membership.sureUntil() - performance.now()));
    },
    lose,
    /** Resolves when all has ended that was done in a term. */
    close: async (): Promise<void> => {
      lose();
      await done;
    },
  };
};
