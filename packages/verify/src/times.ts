/** Whether a time, RFC 3339 UTC, is before another one, to the nanosecond. What is no time is before none. */
export const isBefore = (one: unknown, other: unknown): boolean => {
  if (typeof one !== 'string' || typeof other !== 'string') return false;
  const [ms, otherMs] = [Date.parse(one), Date.parse(other)];
  return ms === otherMs ? fractionIn(one) < fractionIn(other) : ms < otherMs;
};

const fractionIn = (text: string): string => (/\.(\d+)/.exec(text)?.[1] ?? '').padEnd(9, '0');
