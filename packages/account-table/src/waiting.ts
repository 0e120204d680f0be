/** Those who wait until something is so. */
export type Waiting = {
  /** Resolves true once `isSo`, false when `timeoutMs` have passed before. */
  until(isSo: () => boolean, timeoutMs: number): Promise<boolean>;
  /** Something may be so now. */
  look(): void;
};

export const createWaiting = (): Waiting => {
  const waiting = new Set<() => void>();
  return {
    until: (isSo, timeoutMs) =>
      new Promise((resolve) => {
        const finish = (isInTime: boolean): void => {
          clearTimeout(timer);
          waiting.delete(look);
          resolve(isInTime);
        };
        const look = (): void => {
          if (isSo()) finish(true);
        };
        const timer = setTimeout(finish, timeoutMs, false);
        waiting.add(look);
        look();
      }),
    look: () => {
      for (const look of waiting) look();
    },
  };
};
