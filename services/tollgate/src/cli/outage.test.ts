import { createOutage } from './outage';
import type { Repeat } from './outage';

/** Time that passes when the test says so. */
const handClock = () => {
  const acts = new Set<() => void>();
  const repeat: Repeat = (act) => {
    acts.add(act);
    return () => acts.delete(act);
  };
  const pass = (): void => {
    for (const act of acts) act();
  };
  return { repeat, pass };
};

const lost = new Error('nothing answers at http://127.0.0.1:8400');

describe('an outage', () => {
  test('is told at once, and again and again with how long it has been', () => {
    const told: string[] = [];
    const { repeat, pass } = handClock();
    const outage = createOutage((text) => told.push(text), repeat);
    outage.begin(lost);
    pass();
    pass();
    expect(told).toEqual([
      'nothing answers at http://127.0.0.1:8400; trying again',
      'no answer for 30 s; still trying',
      'no answer for 60 s; still trying',
    ]);
  });

  test('that has ended is not told any more, and the next one is counted from its own beginning', () => {
    const told: string[] = [];
    const { repeat, pass } = handClock();
    const outage = createOutage((text) => told.push(text), repeat);
    outage.begin(lost);
    pass();
    outage.end();
    pass();
    outage.begin(lost);
    pass();
    expect(told.slice(2)).toEqual([
      'nothing answers at http://127.0.0.1:8400; trying again',
      'no answer for 30 s; still trying',
    ]);
  });
});
