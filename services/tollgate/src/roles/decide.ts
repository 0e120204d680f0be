import { startCutoffProjector } from '@tollgate/cutoff-projector';
import { failureOf } from './part';
import type { Ground, Part } from './part';

/** Records the decisions that the fold asks for. Of several the exact revision picks one. */
export const startDeciding = ({ log, table, clock, logger }: Ground): Part => {
  const projector = startCutoffProjector({ log, table, clock, logger, ready: Promise.resolve() });
  return { readiness: [], failed: failureOf(projector.done), stop: projector.stop };
};
