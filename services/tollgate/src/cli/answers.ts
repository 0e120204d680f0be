import { z } from 'zod';
import { balances } from '@tollgate/balance';
import type { AccountAnswer, AccountView } from '@tollgate/contracts';

/** What the commands read of a server's answers. Unlike the contract, these pass over fields that a newer server adds. */
const perBalance = z.object({ inbound: z.string(), outbound: z.string(), mutual: z.string() });
const perDirection = <Value extends z.ZodType>(value: Value) => z.object({ inbound: value, outbound: value });
const balanceNames = z.array(z.enum(balances));
const totals = z.object({ payments: z.string(), usage: z.string(), adjustments: z.string() });
const traffic = z.object({
  state: z.enum(['open', 'blocked']),
  since: z.string().optional(),
  sequence: z.number().optional(),
});

export const accountReading = z.object({
  accountId: z.string(),
  name: z.string().optional(),
  currency: z.string(),
  balances: perBalance,
  totals: z.object({ inbound: totals, outbound: totals }),
  cutoff: z.object({
    balances: balanceNames,
    creditLimits: perBalance,
    mutualFormula: z.enum(['outbound-minus-inbound', 'inbound-minus-outbound']),
    reservation: z.object({ sliceSeconds: z.number(), maxConcurrent: z.number().optional() }).optional(),
    callsInProgress: z.enum(['let-run', 'cut-at-grant-end', 'cut-now']).optional(),
    countReservations: z.literal(true).optional(),
  }),
  exposure: z
    .object({
      reserved: perDirection(z.string()),
      calls: perDirection(z.number()),
      unsettled: z.number(),
    })
    .optional(),
  traffic: z.object({ inbound: traffic, outbound: traffic }),
  revision: z.number(),
  position: z.string(),
  asOf: z
    .object({
      occurredBefore: z.string().optional(),
      recordedBefore: z.string().optional(),
      atPosition: z.string().optional(),
    })
    .optional(),
}) satisfies z.ZodType<AccountView>;

export const accountPageReading = z.object({ items: z.array(accountReading), next: z.string().nullable() });

export const historyPageReading = z.object({
  items: z.array(
    z.object({
      position: z.string(),
      revision: z.number(),
      eventId: z.string(),
      type: z.string(),
      data: z.record(z.string(), z.unknown()),
      numbers: z.enum(['shredded', 'sealed']).optional(),
      receivedAt: z.string(),
      recordedAt: z.string(),
      by: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
  next: z.string().nullable(),
});
export type HistoryReading = z.infer<typeof historyPageReading>['items'][number];

export const accountAnswerReading = z.object({
  accountId: z.string(),
  duplicate: z.boolean(),
  revision: z.number(),
  position: z.string(),
}) satisfies z.ZodType<AccountAnswer>;

/** An answer to a line of a batch: recorded or found a duplicate, or refused. */
export const batchLineReading = z.union([
  z.object({ duplicate: z.boolean() }),
  z.object({
    status: z.number(),
    code: z.string(),
    detail: z.string(),
    existing: z.unknown().optional(),
    received: z.unknown().optional(),
  }),
]);
export type BatchLineReading = z.infer<typeof batchLineReading>;
