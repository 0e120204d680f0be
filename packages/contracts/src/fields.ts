import { z } from 'zod';
import { amountPattern, parseAmount, signedAmountPattern } from '@tollgate/money';

/** The fields that several messages share, each with the words a caller reads when it is wrong (DESIGN 2.7, 3). */
export const accountIdPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export const accountId = z
  .string()
  .regex(accountIdPattern, 'must be 1 to 64 of A-Z a-z 0-9 . _ - and begin with a letter or a digit')
  .meta({ id: 'AccountId', description: 'The partner.', examples: ['acme'] });

export const recordIdPattern = /^[!-~]{1,128}$/;

export const recordId = z
  .string()
  .regex(recordIdPattern, 'must be 1 to 128 printable ASCII characters without a space')
  .meta({ description: 'Permanent: it counts once per account and kind, for ever.' });

export const direction = z.enum(['inbound', 'outbound']).meta({
  description: 'inbound: traffic the account originates on us; outbound: traffic we terminate on the account.',
});

export const currency = z
  .string()
  .regex(/^[A-Z]{3}$/, 'must be three capital letters (ISO 4217)')
  .meta({ examples: ['EUR'] });

const amountRule =
  'must be a decimal string such as "12.5": at most 18 digits before and 10 after the point, no sign, no exponent';

/** Zero or more. */
export const amount = z
  .string(amountRule)
  .regex(amountPattern, { error: amountRule, abort: true })
  .meta({ examples: ['0.0125'] });

/** Above zero. */
export const positiveAmount = amount
  .refine((text) => parseAmount(text) > 0n, 'must be above zero')
  .meta({ description: 'Above zero.', examples: ['100'], not: { pattern: '^0(\\.0+)?$' } });

const signedRule =
  'must be a decimal string such as "-12.5": at most 18 digits before and 10 after the point, no exponent';

/** Signed, not zero. */
export const signedAmount = z
  .string(signedRule)
  .regex(signedAmountPattern, { error: signedRule, abort: true })
  .refine((text) => parseAmount(text) !== 0n, 'must not be zero')
  .meta({
    description: 'Signed, not zero; above zero raises the balance.',
    examples: ['-12.5'],
    not: { pattern: '^-?0(\\.0+)?$' },
  });

/** The calendar is in the pattern, so that a 30 February fails in every reader of the published schema too. */
const anyYear = '\\d{4}';
const leapYear = '(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)';
const monthAndDay = '(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)';
const timeOfDay = '(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,9})?';
export const instantPattern = new RegExp(
  `^(?:${anyYear}-${monthAndDay}|${leapYear}-02-29)T${timeOfDay}(?:Z|[+-]00:00)$`,
);
const instantRule =
  'must be an RFC 3339 time in UTC (Z, +00:00 or -00:00; no other offset), on a day that exists, such as 2026-01-31T12:00:00.000Z';

/** RFC 3339 UTC, to the nanosecond at most. An offset of zero is UTC too, whatever its sign (RFC 3339, 4.3). */
export const instant = z
  .string(instantRule)
  .regex(instantPattern, instantRule)
  .meta({ id: 'Instant', examples: ['2026-01-31T12:00:00.000Z'] });

/** `reason`, `actor`: 1 to 500 characters. */
export const statement = z.string().min(1).max(500);

/** Free text such as a reference or a number dialled. */
export const label = z.string().max(500);

/** Of the same again. */
export const shredded = z
  .array(z.enum(['caller', 'callee']))
  .min(1)
  .meta({
    description:
      'Fields that were not compared with what was recorded first, since nobody knows any more what they were. Absent where all were.',
  });
