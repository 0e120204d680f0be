import { setFlagsFromString } from 'node:v8';

/**
 * The heap may grow by so many per cent of what is in use before all of it is collected. V8 by itself lets it grow threefold on a
 * large machine, and under load what died lately was most of the process. Less than this, and collecting shows in the CPU of an event.
 */
const growthPercent = 100;

/** Holds for the whole process. To be called before anything runs often: what V8 has learned of code by then, it keeps. */
export const tuneHeap = (): void => {
  setFlagsFromString(`--heap-growing-percent=${String(growthPercent)}`);
  // What is made where much lived long before would be put among what is old, and keep all that it names until the whole heap is collected.
  setFlagsFromString('--no-allocation-site-pretenuring');
};
