import { z } from 'zod';
import type { AccountOpening, CutoffSetting, ReservationSetting } from '@tollgate/balance';
import { accountId, amount, currency } from './fields';

const guardingBalance = z.enum(['inbound', 'outbound', 'mutual']);

const seconds = z.int('must be a whole number').min(2).max(86_400);

/** How calls are granted. */
export const reservationSetting = z
  .strictObject({
    sliceSeconds: seconds.meta({ description: 'The most that is granted at once; 300 unless the rule says.' }),
    maxConcurrent: z
      .int('must be a whole number')
      .min(1)
      .max(1_000_000)
      .optional()
      .meta({ description: 'The most calls at a time, of both directions together.' }),
  })
  .meta({ id: 'ReservationSetting' }) satisfies z.ZodType<ReservationSetting>;

export const callsInProgress = z.enum(['let-run', 'cut-at-grant-end', 'cut-now']).meta({
  id: 'CallsInProgress',
  description: 'What becomes of calls in progress when traffic is blocked; cut-at-grant-end unless set.',
});

export const cutoffSetting = z
  .strictObject({
    balances: z
      .array(guardingBalance)
      .refine((names) => new Set(names).size === names.length, 'must not name a balance twice')
      .meta({ description: 'The balances that can cut traffic; none is postpaid.', uniqueItems: true }),
    creditLimits: z
      .strictObject({ inbound: amount.optional(), outbound: amount.optional(), mutual: amount.optional() })
      .optional()
      .meta({ description: 'How far below zero a balance may go before it counts as exhausted; 0 unless set.' }),
    mutualFormula: z.enum(['outbound-minus-inbound', 'inbound-minus-outbound']).optional(),
    reservation: reservationSetting.optional(),
    callsInProgress: callsInProgress.optional(),
    countReservations: z.boolean().optional().meta({
      description: 'Whether what is held for calls counts as gone when a balance is judged; false unless set.',
    }),
  })
  .meta({ id: 'CutoffSetting' }) satisfies z.ZodType<CutoffSetting>;

export const accountOpening = z
  .strictObject({
    accountId,
    name: z.string().min(1).max(200).optional(),
    currency,
    cutoff: cutoffSetting.optional(),
  })
  .meta({ id: 'AccountOpening' }) satisfies z.ZodType<AccountOpening>;
