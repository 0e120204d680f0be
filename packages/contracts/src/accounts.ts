import { z } from 'zod';
import type { AccountOpening, CutoffSetting } from '@tollgate/balance';
import { accountId, amount, currency } from './fields';

const guardingBalance = z.enum(['inbound', 'outbound', 'mutual']);

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
