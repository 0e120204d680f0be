import { z } from 'zod';
import { accountId, direction, instant, label, recordIdPattern } from './fields';
import { attributesMeta, attributesOf } from './records';

/** Where a switch says which authorisations a call had, by the leg (DESIGN 2, `direction`). */
export const authorizationAttributes = {
  inbound: 'authorizationInbound',
  outbound: 'authorizationOutbound',
} as const;

/** Two entries and some characters fewer than usage may have: the rater adds to them. */
const most = { entries: 62, characters: 14_000 };
const [inbound, outbound] = [authorizationAttributes.inbound, authorizationAttributes.outbound];

const attributes = attributesOf(most)
  .refine(
    (map) => isId(map[inbound]) && isId(map[outbound]),
    `${inbound} and ${outbound} must be 1 to 128 printable ASCII characters without a space`,
  )
  .meta(
    attributesMeta(
      `What else the switch knows of the call, kept with its usage; ${inbound} and ${outbound} name the authorisations of its legs`,
      most,
    ),
  );

const isId = (text: string | undefined): boolean => text === undefined || recordIdPattern.test(text);

/** Longer than a year is no call. */
const mostDurationMs = 366 * 86_400_000;

/** The last time that can be written. */
const lastMs = Date.parse('9999-12-31T23:59:59.999Z');

/** No UTF-8 can say it: ids that differ only in such halves would have one hash. */
const loneSurrogate = /\p{Cs}/u;

/** A call as the switch tells of it once it has ended. It is rated twice: inbound of its originator, outbound of its terminator. */
export const cdr = z
  .strictObject({
    cdrId: z
      .string()
      .min(1)
      .max(1_000)
      .refine((text) => !loneSurrogate.test(text), 'must be well-formed Unicode, without half of a surrogate pair')
      .meta({
        description: 'Permanent: the ids of its usage are made from it. Well-formed Unicode.',
        examples: ['sbc1-8f3a71'],
      }),
    callId: label.optional(),
    originator: accountId.meta({ description: 'The account that sent us the call.' }),
    terminator: accountId.meta({ description: 'The account that we sent it on to.' }),
    caller: label.optional(),
    callee: label.meta({ description: 'The number that is looked up in the decks, + before it or not.' }),
    startedAt: instant.meta({ description: 'When it was answered: prices of that instant count.' }),
    durationMs: z.int().min(0).max(mostDurationMs).meta({ description: 'From its answer on; 0 if nobody answered.' }),
    legs: z
      .array(direction)
      .min(1)
      .max(2)
      .optional()
      .meta({ description: 'Which of its legs to rate, where it is not both.', examples: [['outbound']] }),
    attributes: attributes.optional(),
  })
  .refine(({ startedAt, durationMs }) => Date.parse(startedAt) + durationMs <= lastMs, {
    path: ['durationMs'],
    error: 'must not end the call after the year 9999',
  })
  .meta({ id: 'Cdr', description: 'One call that has ended.' });
export type Cdr = z.infer<typeof cdr>;

const unratedReasons = ['INVALID_REQUEST', 'NO_PARTNER', 'NO_DECK', 'NO_PRICE', 'BARRED'] as const;

/** The value of a message on the unrated topic: a CDR, or one leg of it, that has no price, and why. */
export const unrated = z
  .strictObject({
    reason: z.enum(unratedReasons),
    detail: z.string(),
    leg: direction.optional().meta({ description: 'The leg without a price; absent where the CDR cannot be read.' }),
    receivedAt: instant,
    source: z.strictObject({ topic: z.string(), partition: z.int().min(0), offset: z.string() }),
    payload: z.string().nullable().optional().meta({ description: 'The CDR as received; null if there was none.' }),
    payloadBase64: z.string().optional().meta({ description: 'Instead of payload where the bytes are not UTF-8.' }),
    sizeBytes: z.int().optional().meta({ description: 'With truncated: how long the payload was.' }),
    truncated: z.literal(true).optional(),
  })
  .meta({ id: 'Unrated' });
export type UnratedMessage = z.infer<typeof unrated>;
export type UnratedReason = UnratedMessage['reason'];
