import { z } from 'zod';
import { instant } from './fields';

const limitRule = 'must be a whole number from 1 to 1000';
const limit = z
  .string()
  .regex(/^([1-9]\d{0,2}|1000)$/, limitRule)
  .transform(Number)
  .default(100);

const minPosition = z
  .string()
  .regex(/^\d{1,19}$/, 'must be a position as a write answers it')
  .transform(BigInt)
  .optional();

/** An account as it was (DESIGN 4): by what had happened, by what was recorded, up to a position. */
const moment = {
  occurredBefore: instant.optional(),
  recordedBefore: instant.optional(),
  atPosition: minPosition,
};

/** Query of a list whose `after` is a key; `after` is exclusive (DESIGN 4). */
export const listQuery = z.strictObject({ after: z.string().max(200).optional(), limit, minPosition });

/** Query of a history, whose `after` is a revision. */
export const historyQuery = z.strictObject({
  after: z
    .string()
    .regex(/^\d{1,15}$/, 'must be a revision')
    .transform(Number)
    .optional(),
  limit,
  minPosition,
});

/** Query of the closed statements of an account, whose `after` is a number. */
export const statementsQuery = historyQuery.extend({
  after: z
    .string()
    .regex(/^\d{1,15}$/, 'must be the number of a statement')
    .transform(Number)
    .optional(),
});

/** Query of one closed statement. */
export const statementQuery = z.strictObject({ minPosition });

export const accountQuery = z.strictObject({ minPosition, ...moment });

/** Query of the list of accounts, and of that of who is blocked. */
export const pastListQuery = listQuery.extend(moment);

/** Query of the stream of commands: from the first one with `from=start`, otherwise from the next. */
export const streamQuery = z.strictObject({ from: z.literal('start').optional() });

/** Query of a batch: with `dryRun=true` nothing is recorded. */
export const batchQuery = z.strictObject({
  dryRun: z
    .enum(['true', 'false'], 'must be true or false')
    .default('false')
    .transform((text) => text === 'true'),
});

/** The id of the last event a reconnecting client has seen: a position. */
export const lastEventId = z
  .string()
  .regex(/^\d{1,19}$/, 'Last-Event-ID: must be the id of an event of this stream')
  .transform(BigInt)
  .optional();

const leafCount = z
  .string()
  .regex(/^(0|[1-9]\d{0,14})$/, 'must be a number of events')
  .transform(Number);

/** Query of a proof that an event is among the first `size`; those of the latest checkpoint unless said. */
export const inclusionQuery = z.strictObject({
  eventId: z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'must be the id of an event'),
  size: leafCount.optional(),
});

/** A tile of hashes of the tree, as its path names it (c2sp.org/tlog-tiles): which level, which of it, how many of its 256 hashes. */
export const tilePath = z
  .strictObject({ level: z.string(), tile: z.string() })
  .transform(({ level, tile }) =>
    /^([0-5])\/((?!x000\/)(?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d?|1\d\d|2[0-4]\d|25[0-5]))?$/.exec(`${level}/${tile}`),
  )
  .refine((match) => match !== null, 'must be level and number of a tile, such as 0/x001/234 or 0/005.p/17')
  .transform(([, level, digits = '', width = '256']) => ({
    level: Number(level),
    index: Number(digits.replaceAll(/[x/]/g, '')),
    width: Number(width),
  }));

/** Query of a proof that the first `from` events are the first of the first `to`. */
export const consistencyQuery = z.strictObject({ from: leafCount, to: leafCount });
