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

type MostAttributes = { entries: number; characters: number };

/** `z.record` skips a `__proto__` key silently; nothing may be dropped without a word, so it is refused first. */
export const attributesOf = (most: MostAttributes) =>
  z
    .unknown()
    .refine(
      (value) => typeof value !== 'object' || value === null || !Object.hasOwn(value, ownProto),
      'must not have the key __proto__',
    )
    .pipe(z.record(z.string().min(1).max(128), z.string().max(1_000)))
    .refine((map) => Object.keys(map).length <= most.entries, `must have at most ${String(most.entries)} entries`)
    .refine(
      (map) => charactersOf(map) <= most.characters,
      `must have at most ${String(most.characters)} characters in all`,
    );

/** What the published schema says of them. */
export const attributesMeta = (what: string, { entries, characters }: MostAttributes) => ({
  description: `${what}: at most ${String(entries)} entries, keys of 1 to 128 characters, values of at most 1,000, and ${characters.toLocaleString('en')} characters in all.`,
  maxProperties: entries,
  propertyNames: { type: 'string', minLength: 1, maxLength: 128, not: { const: ownProto } },
});

const most = { entries: 64, characters: 16_000 };
/** No attributes that are right are longer as JSON: a character takes six at most, and so do the quotes, colon and comma of an entry. */
export const mostAttributesText = 6 * (most.characters + most.entries) + 2;
const attributes = attributesOf(most).meta(attributesMeta('What else the rater wants kept', most));

/** Whether attributes are certainly right, so that the schema need not look at them: nearly all are. */
export const arePlain = (map: unknown): boolean =>
  typeof map === 'object' && map !== null && !Array.isArray(map) && !Object.hasOwn(map, ownProto) && isSmall(map);

const isSmall = (map: object): boolean => {
  let entries = 0;
  let characters = 0;
  for (const key in map) {
    const value = (map as Record<string, unknown>)[key];
    if (typeof value !== 'string' || value.length > 1_000 || key.length === 0 || key.length > 128) return false;
    entries += 1;
    characters += key.length + value.length;
  }
  return entries <= most.entries && characters <= most.characters;
};

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
    authorizationId: recordId
      .optional()
      .meta({ description: 'Of the call: what is held for it is released, and what is charged counts instead.' }),
    final: z.boolean().optional().meta({ description: 'false: more usage of the call follows; true unless set.' }),
  })
  .meta({ id: 'Usage', description: 'One rated leg of one call.' }) satisfies z.ZodType<Usage>;

/** Accepts what `usage` accepts in less time, but not all of it; the bodies come from JSON. */
export const plainUsage = usage.extend({
  attributes: z.custom<Record<string, string>>(arePlain).optional(),
}) satisfies z.ZodType<Usage>;

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
