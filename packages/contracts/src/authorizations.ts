import { z } from 'zod';
import type { Authorization, Price, Settlement } from '@tollgate/balance';
import { accountId, amount, currency, direction, instant, label, recordId, shredded } from './fields';

const wholeSeconds = (least: number) => z.int('must be a whole number').min(least).max(86_400);

/** At most 999,999 a minute, so that the price of any call is an amount. */
const price = z
  .strictObject({
    perMinute: amount.regex(/^\d{1,6}(\.\d+)?$/, 'must be below 1000000'),
    connectFee: amount.regex(/^\d{1,6}(\.\d+)?$/, 'must be below 1000000').optional(),
    initialSeconds: wholeSeconds(1).meta({ description: 'A call is billed for so many seconds at least.' }),
    incrementSeconds: wholeSeconds(1).meta({ description: 'Beyond them, it is billed in whole increments.' }),
  })
  .meta({
    id: 'Price',
    description: 'What a call costs, in the account\u2019s currency; taken only where AUTHORIZE_WITH_PRICE=1 is set.',
  }) satisfies z.ZodType<Price>;

export const authorization = z
  .strictObject({
    authorizationId: recordId
      .refine((id) => id !== '.' && id !== '..', 'must not be . or .., which no address can carry')
      .meta({ description: 'Permanent: it counts once per account, for ever.', not: { pattern: '^\\.{1,2}$' } }),
    accountId,
    direction,
    currency,
    deck: z
      .string()
      .regex(
        /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
        'must be 1 to 64 of A-Z a-z 0-9 . _ - and begin with a letter or a digit',
      )
      .optional()
      .meta({ description: 'The deck that says what the call costs.' }),
    price: price.optional(),
    callee: label.min(1).meta({ description: 'The number dialled, with its country code.' }),
    caller: label.optional(),
    callId: label.optional(),
    requestedSeconds: wholeSeconds(2)
      .optional()
      .meta({ description: 'No more than this is granted, nor than the slice of the account\u2019s rule.' }),
  })
  .refine((body) => (body.deck === undefined) !== (body.price === undefined), {
    path: ['deck'],
    error: 'must be given, or price, and not both',
  })
  .meta({
    id: 'Authorization',
    description: 'What a switch asks before it routes a call; exactly one of deck and price is given.',
    oneOf: [{ required: ['deck'] }, { required: ['price'] }],
  }) satisfies z.ZodType<Authorization>;

export const extending = z
  .strictObject({
    number: z.int('must be a whole number').min(1).max(1_000_000).meta({
      description: 'Tells one extension of a call from the next: the same again answers the same.',
    }),
  })
  .meta({ id: 'Extension', description: 'More time for a call that goes on.' });

export const releasing = z
  .strictObject({
    usedSeconds: z.number().min(0).max(10_000_000).optional().meta({
      description:
        'How long it was answered; what that costs stays reserved until its usage comes. Without it nothing stays.',
    }),
  })
  .meta({ id: 'Release', description: 'A call has ended, or was never answered.' });

const balanceName = z.enum(['inbound', 'outbound', 'mutual']);
const amountText = z.string().meta({ description: 'Exact decimal, shortest form.', examples: ['0.6'] });
/** Of the event that the answer tells of; absent where none was recorded. */
const recorded = {
  duplicate: z.boolean(),
  revision: z.int().min(0).optional(),
  position: z.string().regex(/^\d+$/).optional(),
};

/** Of the reversal of usage that was not the last of its call. */
export const restoration = z.strictObject({
  authorizationId: recordId,
  reserved: amountText.meta({ description: 'What is reserved for the call from then on.' }),
});

export const authorizationAnswer = z
  .strictObject({
    accountId,
    authorizationId: recordId,
    granted: z.int().min(0).nullable().meta({
      description:
        'Whole seconds from the answer of the call, earlier grants included; null is no limit. Where more was refused: what was granted before, 0 if nothing.',
    }),
    reserved: amountText.optional(),
    expiresAt: instant.optional(),
    reason: z.enum(['INSUFFICIENT_BALANCE', 'BLOCKED', 'MAX_CONCURRENT', 'NO_PRICE']).optional().meta({
      description: 'Why nothing, or no more, is granted. That is not recorded: the same may be asked again.',
    }),
    exhausted: z.array(balanceName).optional().meta({ description: 'With a reason: the balances that pay no more.' }),
    ...recorded,
    shredded: shredded.optional(),
  })
  .meta({ id: 'AuthorizationAnswer' });
export type AuthorizationAnswer = z.infer<typeof authorizationAnswer>;

export const releaseAnswer = z
  .strictObject({
    accountId,
    authorizationId: recordId,
    reserved: amountText.meta({ description: 'What stays reserved until the usage of the call comes.' }),
    ...recorded,
  })
  .meta({ id: 'ReleaseAnswer' });
export type ReleaseAnswer = z.infer<typeof releaseAnswer>;

export const reservationView = z
  .strictObject({
    authorizationId: recordId,
    direction,
    callId: z.string().optional(),
    granted: z.int().min(0).nullable(),
    reserved: amountText,
    charged: amountText.meta({ description: 'By usage of this call that was not its last.' }),
    placedAt: instant,
    expiresAt: instant.optional().meta({ description: 'Absent once the call has ended.' }),
    endedAt: instant.optional().meta({ description: 'Since when its usage is waited for.' }),
    isExpired: z.literal(true).optional().meta({
      description: 'Nobody told of its end in the time it was granted: it is perhaps lost, and no usage will come.',
    }),
  })
  .meta({ id: 'Reservation' });
export type ReservationView = z.infer<typeof reservationView>;

const perDirection = <Value extends z.ZodType>(value: Value) => z.strictObject({ inbound: value, outbound: value });

/** What is held for the calls of an account. */
export const exposureView = z
  .strictObject({
    reserved: perDirection(amountText).meta({ description: 'The worst case of its calls that have a limit.' }),
    calls: perDirection(z.int().min(0)).meta({ description: 'Calls that have not ended.' }),
    unsettled: z.int().min(0).meta({ description: 'Calls that have ended, and whose usage has not come.' }),
  })
  .meta({ id: 'Exposure' });

export const settlement = z
  .strictObject({
    state: z.enum(['settled', 'reduced', 'ended', 'unknown']),
    overrun: amountText.optional().meta({ description: 'How far the usage is above what was held for it.' }),
  })
  .meta({
    id: 'Settlement',
    description:
      'What usage did to the reservation it names. ended: nothing was held any more. unknown: the account was granted nothing under that id in that direction.',
  }) satisfies z.ZodType<Settlement>;
