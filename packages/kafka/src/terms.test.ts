import { setTimeout as sleep } from 'node:timers/promises';
import type { Membership } from './membership';
import { createTerms } from './terms';
import type { Term } from './terms';

/** A member that is chosen, and sure of it for so long. */
const memberFor = (sureMs: number, state = { isChosen: true }): Membership => {
  const until = performance.now() + sureMs;
  return {
    memberId: 'member',
    isChosen: () => state.isChosen,
    sureUntil: () => until,
    untilChanged: () => Promise.resolve(),
    joinAgain: () => Promise.resolve(),
    notes: () => Promise.resolve([]),
    note: () => Promise.resolve(),
    leave: () => Promise.resolve(),
  };
};

/** Terms that each take so long to come to their end once they are over. */
const collect = (endMs = 0) => {
  const begun: Term[] = [];
  let running = 0;
  let most = 0;
  const terms = createTerms(async (term) => {
    begun.push(term);
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => {
      term.signal.addEventListener('abort', resolve);
    });
    await sleep(endMs);
    running -= 1;
  });
  return { terms, begun, most: () => most };
};

it('a term is sure no longer when its time is up, though nothing has had the time to say so', async () => {
  const { terms, begun } = collect();
  terms.confirm(memberFor(50));
  await sleep(0);
  const [term] = begun;
  expect(term?.isSure()).toBe(true);
  const until = performance.now() + 60;
  // As a process that is stopped: no timer runs.
  while (performance.now() < until);
  expect([term?.signal.aborted, term?.isSure()]).toEqual([false, false]);
  await sleep(10);
  expect([term?.signal.aborted, terms.isElected()]).toEqual([true, false]);
});

it('what confirms a term makes it go on, and one that is no longer chosen has none', async () => {
  const { terms, begun } = collect();
  const state = { isChosen: true };
  const member = memberFor(60_000, state);
  terms.confirm(member);
  terms.confirm(member);
  await sleep(0);
  expect(begun).toHaveLength(1);
  state.isChosen = false;
  terms.confirm(member);
  expect([begun[0]?.signal.aborted, terms.isElected()]).toEqual([true, false]);
});

it('the next term begins when all has ended that was done in the last one', async () => {
  const { terms, begun, most } = collect(30);
  terms.confirm(memberFor(60_000));
  await sleep(0);
  terms.confirm(memberFor(60_000));
  await sleep(0);
  expect(begun).toHaveLength(1);
  await sleep(60);
  expect([begun.length, most()]).toEqual([2, 1]);
  await terms.close();
});
