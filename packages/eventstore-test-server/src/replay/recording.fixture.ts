import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAlignment, encode, type Encoded } from './encoding.fixture';

type Step = { call: string; result?: Encoded; error?: Encoded };

export type Recording = {
  steps: readonly Step[];
  /** A test: what the server answers now to this step is what a real one answered. */
  replay: (index: number, act: () => unknown) => void;
  /** Compares a part of a step. */
  same: (actual: unknown, recorded: Encoded | undefined) => void;
  /** A test: no step but these, each with its reason, is missing. */
  leftOut: (reasons: Record<string, number[]>) => void;
};

/** What a real server of release 23.10.6 answered to the client. */
export const openRecording = (name: string): Recording => {
  const text = readFileSync(join(__dirname, '../../recordings', `${name}.json`), 'utf8');
  const { steps } = JSON.parse(text) as { steps: Step[] };
  const align = createAlignment();
  const replayed = new Set<number>();
  const same = (actual: unknown, recorded: Encoded = null): void => {
    const encoded = encode(actual);
    expect(encoded).toEqual(align(recorded, encoded));
  };
  return {
    steps,
    same,
    replay: (index, act) => {
      const step = steps[index];
      if (!step) throw new Error(`${name} has no step ${index}`);
      replayed.add(index);
      test(`${index}: ${step.call.trim()}`, async () => {
        same(await outcome(act), step.error ? { error: step.error } : { result: step.result ?? null });
      });
    },
    leftOut: (reasons) => {
      test('every step is replayed or left out for a reason', () => {
        const missing = steps.map((_, index) => index).filter((index) => !replayed.has(index));
        expect(
          Object.values(reasons)
            .flat()
            .sort((one, other) => one - other),
        ).toEqual(missing);
      });
    },
  };
};

export const outcome = async (act: () => unknown): Promise<{ result: unknown } | { error: unknown }> => {
  try {
    return { result: await act() };
  } catch (error) {
    return { error };
  }
};
