import { z } from 'zod';
import { recordAnswer, recordForecast } from './answers';
import { problem } from './problem';
import { adjustment, payment, reversal, usage } from './records';

/** One line of a batch: the body of the single call and its kind (DESIGN 4). */
export const batchLine = z
  .discriminatedUnion('kind', [
    payment.extend({ kind: z.literal('payment') }),
    usage.extend({ kind: z.literal('usage') }),
    adjustment.extend({ kind: z.literal('adjustment') }),
    reversal.extend({ kind: z.literal('reversal') }),
  ])
  .meta({ id: 'BatchLine' });

/** The answer to one line: the status and the body of the single call; in a dry run, those it would have. */
export const batchLineAnswer = z
  .union([
    recordAnswer.extend({ status: z.literal([200, 201]) }),
    recordForecast.extend({ status: z.literal(201) }),
    problem,
  ])
  .meta({ id: 'BatchLineAnswer' });
