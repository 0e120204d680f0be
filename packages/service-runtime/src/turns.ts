import { setImmediate as nextTurn } from 'node:timers/promises';

/** Lets one piece of work go on in each turn of the event loop, in the order in which they asked: long work keeps nobody waiting. */
export const createTurns = (): (() => Promise<void>) => {
  let last = Promise.resolve();
  return () => (last = last.then(() => nextTurn()));
};
