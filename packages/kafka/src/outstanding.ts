import { setImmediate as nextTurn } from 'node:timers/promises';

/** Messages, and their bytes. */
export type Load = { messages: number; bytes: number };

/** What was handed out and is not settled, over all partitions, and who waits for that to change. */
export const createOutstanding = (limits: Load) => {
  const now: Load = { messages: 0, bytes: 0 };
  let waiting: (() => void)[] = [];

  const wake = (): void => {
    const woken = waiting;
    waiting = [];
    for (const goOn of woken) goOn();
  };

  /** Something was removed, or `wake` was called; in a turn of the event loop of its own. */
  const changed = async (): Promise<void> => {
    await new Promise<void>((goOn) => waiting.push(goOn));
    await nextTurn();
  };

  return {
    /** A load above the limits goes alone. */
    hasRoomFor: ({ messages, bytes }: Load): boolean =>
      now.messages === 0 || (now.messages + messages <= limits.messages && now.bytes + bytes <= limits.bytes),
    add: ({ messages, bytes }: Load): void => {
      now.messages += messages;
      now.bytes += bytes;
    },
    remove: ({ messages, bytes }: Load): void => {
      now.messages -= messages;
      now.bytes -= bytes;
      wake();
    },
    isEmpty: () => now.messages === 0,
    wake,
    changed,
    until: async (isMet: () => boolean): Promise<void> => {
      while (!isMet()) await changed();
    },
  };
};

export type Outstanding = ReturnType<typeof createOutstanding>;
