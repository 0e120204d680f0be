import { createSettled } from './settled';

/** Something that has come to a position, and notes what it was waited for. */
const at = (current: bigint) => {
  const waitedFor: bigint[] = [];
  const reached = (position: bigint): Promise<boolean> => {
    waitedFor.push(position);
    return Promise.resolve(current >= position);
  };
  return { reached, waitedFor };
};

describe('reading one’s own writes', () => {
  test('waits for the decisions too, which stand later in the log than what caused them', async () => {
    const balances = at(8n);
    const settled = createSettled({ ...at(7n), lastDecision: () => 9n }, balances);
    expect(await settled(7n, 10)).toBe(false);
    expect(balances.waitedFor).toEqual([9n]);
  });

  test('waits for the event itself where the last decision is older', async () => {
    const balances = at(7n);
    expect(await createSettled({ ...at(7n), lastDecision: () => 3n }, balances)(7n, 10)).toBe(true);
    expect(balances.waitedFor).toEqual([7n]);
  });

  test('is not settled while the event has not been judged', async () => {
    const balances = at(9n);
    expect(await createSettled({ ...at(6n), lastDecision: () => 3n }, balances)(7n, 10)).toBe(false);
    expect(balances.waitedFor).toEqual([]);
  });

  test('waits no longer in all than it may', async () => {
    const allowedMs: number[] = [];
    const slowly = (_position: bigint, timeoutMs: number): Promise<boolean> => {
      allowedMs.push(timeoutMs);
      return new Promise((resolve) => setTimeout(resolve, 20, true));
    };
    await createSettled({ reached: slowly, lastDecision: () => 3n }, { reached: slowly })(7n, 1_000);
    expect(allowedMs[0]).toBe(1_000);
    expect(allowedMs[1]).toBeLessThan(990);
  });
});
