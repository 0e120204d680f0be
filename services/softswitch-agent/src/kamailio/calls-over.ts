/** More than end in the seconds for which a switch keeps them. */
const most = 10_000;

/** The calls that ended last. */
export const createCallsOver = () => {
  const over = new Set<string>();
  return {
    has: (id: string): boolean => over.has(id),
    add: (id: string): void => {
      over.add(id);
      const [oldest] = over;
      if (over.size > most && oldest !== undefined) over.delete(oldest);
    },
  };
};
