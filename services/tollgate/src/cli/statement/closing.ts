import { z } from 'zod';
import { isBefore } from '@tollgate/balance';
import type { AuditedEvent } from '../audited-events';
import type { Part } from './statement';

const figures = z.object({
  opening: z.string(),
  payments: z.string(),
  usage: z.string(),
  adjustments: z.string(),
  closing: z.string(),
});

/** What is read of a `StatementClosed`. */
const closingReading = z.object({
  statementId: z.string(),
  from: z.string().optional(),
  to: z.string(),
  throughRevision: z.number(),
  figures: z.object({ inbound: figures, outbound: figures }),
});

export type Closing = z.infer<typeof closingReading> & { closedAt: string };

/** The closing an event is; absent for others. Throws for one that cannot be read. */
export const closingIn = ({ type, data, revision, recordedAt }: AuditedEvent): Closing | undefined => {
  if (type !== 'StatementClosed') return undefined;
  const closing = closingReading.safeParse(data);
  if (closing.success) return { ...closing.data, closedAt: recordedAt };
  throw new Error(`revision ${String(revision)}: StatementClosed is not written as it must be`);
};

/** What of a closed statement is not as the entries of its interval say. */
export const closingFaults = (
  closing: Closing,
  { parts, from }: { parts: readonly Part[]; from: string | undefined },
): string[] => [
  ...(closing.from === from
    ? []
    : [`it begins ${closing.from ?? 'first'}, and the one before ends ${from ?? 'never'}`]),
  ...parts
    .flatMap(({ entries }) => entries)
    .filter(({ recordedAt }) => !isBefore(recordedAt, closing.to))
    .map(({ kind, id, recordedAt }) => `it ends ${closing.to}, and ${kind} ${id} was recorded ${recordedAt}`)
    .slice(0, 1),
  ...parts.flatMap((part) =>
    (['opening', 'payments', 'usage', 'adjustments', 'closing'] as const)
      .map((name) => [name, closing.figures[part.direction][name], part[name]] as const)
      .filter(([, told, summed]) => told !== summed)
      .map(([name, told, summed]) => `${name} ${part.direction} is ${told}, and sums to ${summed}`),
  ),
];
