import { z } from 'zod';
import { callsCut } from './acknowledgements';

/** What a switch that is told by HTTP says of itself: the epoch of the full set that it has, null since it started without one. */
export const webhookState = z.object({ epoch: z.string().max(128).nullable() });

/** Calls it ended for each command of a full set, by commandId; of those that are not named, none. */
export const webhookFullSetAnswer = z.object({ callsCut: z.record(z.string(), callsCut).default({}) });

export const webhookCommandAnswer = z.object({ callsCut: callsCut.default(0) });
