import type { Position } from '@tollgate/event-store';

/** How far something has come, for those who wait for a position. */
export const createProgress = (start: Position | undefined) => {
  let current = start;
  const waiting = new Set<() => void>();
  return {
    advance: (position: Position): void => {
      current = position;
      for (const look of waiting) look();
    },
    reached: (position: Position, timeoutMs: number): Promise<boolean> =>
      new Promise((resolve) => {
        const finish = (isInTime: boolean): void => {
          clearTimeout(timer);
          waiting.delete(look);
          resolve(isInTime);
        };
        const look = (): void => {
          if (current !== undefined && current >= position) finish(true);
        };
        const timer = setTimeout(finish, timeoutMs, false);
        waiting.add(look);
        look();
      }),
  };
};
