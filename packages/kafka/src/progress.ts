/** Messages that were handed out together: from `first` up to `next`, which is not one of them. */
export type Span = { readonly first: string; readonly next: string };

type Held = Span & { isDurable: boolean };

/**
 * How far a partition has come in one generation of its group. Spans are handed out in offset order and settle in any;
 * only what has nothing undurable before it may be committed.
 */
export const createProgress = () => {
  const held = new Set<Held>();
  let unsettled = 0;
  let durableUpTo: string | undefined;
  let committedUpTo: string | undefined;
  let failedAt: string | undefined;

  return {
    handOut: ({ first, next }: Span): Held => {
      const span = { first, next, isDurable: false };
      held.add(span);
      unsettled += 1;
      return span;
    },
    /** Whether the partition has come further by it. */
    markDurable: (settled: Held): boolean => {
      unsettled -= 1;
      settled.isDurable = true;
      const before = durableUpTo;
      for (const span of held) {
        if (!span.isDurable) break;
        held.delete(span);
        durableUpTo = span.next;
      }
      return durableUpTo !== before;
    },
    /** It and all behind it count no more, whatever becomes of them: they are handed out again. */
    markFailed: (settled: Held): void => {
      unsettled -= 1;
      if (!held.has(settled)) return;
      failedAt = settled.first;
      let isBehind = false;
      for (const span of held) {
        isBehind ||= span === settled;
        if (isBehind) held.delete(span);
      }
    },
    /** The first message that is not durable, once one has failed. */
    failedAt: () => failedAt,
    /** From `failedAt` on, which is where the next span has to begin. */
    startAgain: (): void => {
      failedAt = undefined;
    },
    /** Nothing that was handed out is still being worked on. */
    isSettled: () => unsettled === 0,
    /** The offset to commit, if it is not committed yet. */
    due: () => (durableUpTo === committedUpTo ? undefined : durableUpTo),
    markCommitted: (offset: string): void => {
      committedUpTo = offset;
    },
  };
};

export type Progress = ReturnType<typeof createProgress>;
