import { setFlagsFromString } from 'node:v8';

/**
 * The heap may grow by so many per cent of what is in use before all of it is collected. V8 by itself lets it grow threefold on a
 * large machine, and under load what died lately was most of the process. Less than this, and collecting shows in the CPU of an event.
 */
const growthPercent = 100;

/** Holds for the whole process, from the next collection on. */
export const limitHeapGrowth = (): void => {
  setFlagsFromString(`--heap-growing-percent=${String(growthPercent)}`);
};
