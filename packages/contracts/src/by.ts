import { z } from 'zod';
import type { Metadata } from '@tollgate/balance';

/** Where a record came from. The channel is Tollgate's own knowledge; what stands under `claimed` a client said of itself. */
export const by = z
  .strictObject({
    channel: z
      .union([
        z.strictObject({ http: z.string().meta({ description: 'The request-id of the answer.' }) }),
        z.strictObject({
          kafka: z.strictObject({ topic: z.string(), partition: z.int().min(0), offset: z.string() }),
        }),
      ])
      .meta({ description: 'How it came to Tollgate.' }),
    claimed: z
      .strictObject({
        file: z.string().optional(),
        line: z.int().min(1).optional(),
        actor: z.string().optional(),
      })
      .optional()
      .meta({ description: 'What the client said of itself: the headers tollgate-file, -line and -actor.' }),
  })
  .meta({ id: 'By', description: 'Where it came from.' });
type By = z.infer<typeof by>;

/** Absent for what was recorded before it was kept. */
export const byOf = ({ source: { channel, claimed }, offset, line }: Metadata): By | undefined =>
  channel && {
    channel: 'http' in channel ? channel : { kafka: { ...channel.kafka, offset: required(offset) } },
    ...((claimed ?? line) !== undefined && { claimed: { file: claimed?.file, line, actor: claimed?.actor } }),
  };

const required = (offset: string | undefined): string => {
  if (offset === undefined) throw new Error('an event that came over Kafka has no offset');
  return offset;
};
