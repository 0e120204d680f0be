import { z } from 'zod';
import type { ClosedStatement } from '@tollgate/balance';
import { amountText, position, recordAnswer, revision } from './answers';
import { accountId, instant, recordId } from './fields';

const to = instant.meta({
  description: 'It covers what was recorded before that time, of what the one before does not cover.',
});

const statementId = recordId.meta({ description: 'Permanent: it counts once per account, for ever.' });

/** What closing a statement takes. */
export const statementClosing = z
  .strictObject({ statementId, to })
  .meta({ id: 'StatementClosing', description: 'Closes a statement of an account, which never changes afterwards.' });

export const statementAnswer = recordAnswer
  .extend({ kind: z.literal('statement'), id: statementId })
  .meta({ id: 'StatementAnswer' });
export type StatementAnswer = z.infer<typeof statementAnswer>;

const figures = z
  .strictObject({
    ...{ opening: amountText, payments: amountText, usage: amountText, adjustments: amountText },
    closing: amountText,
  })
  .meta({ id: 'StatementFigures', description: 'opening + payments \u2212 usage + adjustments = closing.' });

/** As it was closed (`StatementClosed` in the log), and where it stands. */
export const statementView = z
  .strictObject({
    statementId,
    accountId,
    number: z.int().min(1).meta({ description: 'Place among the statements of the account, from 1.' }),
    from: instant.optional().meta({ description: 'Where the one before ends; absent of the first.' }),
    to,
    fromRevision: revision.meta({ description: 'Of the first event it covers.' }),
    throughRevision: z
      .int()
      .min(-1)
      .meta({ description: 'Of the last event it covers; one below fromRevision where it covers none.' }),
    entries: z.int().min(0).meta({ description: 'How many of its events moved a balance.' }),
    figures: z.strictObject({ inbound: figures, outbound: figures }),
    closedAt: instant,
    revision,
    position,
  })
  .meta({ id: 'ClosedStatement' }) satisfies z.ZodType<ClosedStatement>;
export type StatementView = z.infer<typeof statementView>;
