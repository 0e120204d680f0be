import { z } from 'zod';
import type { Adjustment, Payment, Reversal, Usage } from '@tollgate/balance';
import {
  accountId,
  amount,
  currency,
  direction,
  instant,
  label,
  positiveAmount,
  recordId,
  signedAmount,
  statement,
} from './fields';

export const payment = z
  .strictObject({
    paymentId: recordId,
    accountId,
    direction: direction.meta({ description: 'inbound: the account paid us; outbound: we paid the account.' }),
    amount: positiveAmount,
    currency,
    paidAt: instant.optional(),
    reference: label.optional(),
  })
  .meta({ id: 'Payment' }) satisfies z.ZodType<Payment>;

const ownProto = '__proto__';

const charactersOf = (map: Record<string, string>): number =>
  Object.entries(map).reduce((sum, [key, value]) => sum + key.length + value.length, 0);

/** `z.record` skips a `__proto__` key silently; nothing may be dropped without a word, so it is refused first. */
const attributes = z
  .unknown()
  .refine(
    (value) => typeof value !== 'object' || value === null || !Object.hasOwn(value, ownProto),
    'must not have the key __proto__',
  )
  .pipe(z.record(z.string().min(1).max(128), z.string().max(1_000)))
  .refine((map) => Object.keys(map).length <= 64, 'must have at most 64 entries')
  .refine((map) => charactersOf(map) <= 16_000, 'must have at most 16000 characters in all')
  .meta({
    description:
      'What else the rater wants kept: at most 64 entries, keys of 1 to 128 characters, values of at most 1,000, and 16,000 characters in all.',
    maxProperties: 64,
    propertyNames: { type: 'string', minLength: 1, maxLength: 128, not: { const: ownProto } },
  });

export const usage = z
  .strictObject({
    usageId: recordId,
    accountId,
    direction,
    amount: amount.meta({ description: 'Zero or more: free calls are usage too.', examples: ['0.0125'] }),
    currency,
    callId: label.optional(),
    startedAt: instant.optional(),
    endedAt: instant.optional(),
    durationSeconds: z.number().min(0).optional(),
    caller: label.optional(),
    callee: label.optional(),
    ratedAt: instant.optional(),
    attributes: attributes.optional(),
  })
  .meta({ id: 'Usage', description: 'One rated leg of one call.' }) satisfies z.ZodType<Usage>;

export const adjustment = z
  .strictObject({
    adjustmentId: recordId,
    accountId,
    direction,
    amount: signedAmount,
    currency,
    reason: statement,
    actor: statement,
  })
  .meta({ id: 'Adjustment', description: 'A signed correction of one direction.' }) satisfies z.ZodType<Adjustment>;

export const reversal = z
  .strictObject({
    reversalId: recordId,
    accountId,
    of: z.strictObject({ kind: z.enum(['payment', 'usage', 'adjustment']), id: recordId }),
    reason: statement,
    actor: statement,
  })
  .meta({ id: 'Reversal', description: 'Undoes one entry, once.' }) satisfies z.ZodType<Reversal>;
