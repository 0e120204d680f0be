/** Runs what is given with one key one after another, and at most so many at once over all keys. */
export const createTurns = (atOnce: number) => {
  const lastOf = new Map<string, Promise<unknown>>();
  const waiting: (() => void)[] = [];
  let running = 0;

  const bounded = async <Result>(run: () => Promise<Result>): Promise<Result> => {
    if (running === atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
  return {
    run: <Result>(key: string, run: () => Promise<Result>): Promise<Result> => {
      const turn = (lastOf.get(key) ?? Promise.resolve()).then(() => bounded(run));
      const settled = turn
        .catch(() => undefined)
        .then(() => {
          if (lastOf.get(key) === settled) lastOf.delete(key);
        });
      lastOf.set(key, settled);
      return turn;
    },
  };
};
