import { z } from 'zod';
import { amountPattern, parseAmount, signedAmountPattern } from '@tollgate/money';

/** The fields that several messages share, each with the words a caller reads when it is wrong (DESIGN 2.7, 3). */
export const accountIdPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export const accountId = z
  .string()
  .regex(accountIdPattern, 'must be 1 to 64 of A-Z a-z 0-9 . _ - and begin with a letter or a digit')
  .meta({ description: 'The partner.', example: 'acme' });

export const recordId = z
  .string()
  .regex(/^[!-~]{1,128}$/, 'must be 1 to 128 printable ASCII characters without a space')
  .meta({ description: 'Permanent: it counts once per account and kind, for ever.' });

export const direction = z
  .enum(['inbound', 'outbound'], 'must be inbound or outbound')
  .meta({ description: 'inbound: traffic the account originates on us; outbound: traffic we terminate on the account.' });

export const currency = z.string().regex(/^[A-Z]{3}$/, 'must be three capital letters (ISO 4217)').meta({ example: 'EUR' });

const amountRule = 'must be a decimal string such as "12.5": at most 18 digits before and 10 after the point, no sign, no exponent';

/** Zero or more. */
export const amount = z.string(amountRule).regex(amountPattern, amountRule).meta({ example: '0.0125' });

/** Above zero. */
export const positiveAmount = amount
  .refine((text) => !amountPattern.test(text) || parseAmount(text) > 0n, 'must be above zero')
  .meta({ description: 'Above zero.', example: '100' });

const signedRule = 'must be a decimal string such as "-12.5": at most 18 digits before and 10 after the point, no exponent';

/** Signed, not zero. */
export const signedAmount = z
  .string(signedRule)
  .regex(signedAmountPattern, signedRule)
  .refine((text) => !signedAmountPattern.test(text) || parseAmount(text) !== 0n, 'must not be zero')
  .meta({ description: 'Signed, not zero; above zero raises the balance.', example: '-12.5' });

const instantPattern = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?Z$/;
const instantRule = 'must be an RFC 3339 time in UTC such as 2026-01-31T12:00:00.000Z';

const isOnCalendar = (text: string): boolean => {
  const day = text.slice(0, 10);
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
};

/** RFC 3339 UTC, to the nanosecond at most. */
export const instant = z
  .string(instantRule)
  .regex(instantPattern, instantRule)
  .refine((text) => !instantPattern.test(text) || isOnCalendar(text), 'must be a day that exists')
  .meta({ example: '2026-01-31T12:00:00.000Z' });

/** `reason`, `actor`: 1 to 500 characters. */
export const statement = z.string().min(1).max(500);

/** Free text such as a reference or a number dialled. */
export const label = z.string().max(500);
