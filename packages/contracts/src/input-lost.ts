import { z } from 'zod';
import { instant } from './fields';

const offset = z.string().regex(/^\d+$/);

/** Messages of an input topic that nobody can read any more, and that were not read before (DESIGN 3). */
const inputLost = z
  .strictObject({
    topic: z.string(),
    partition: z.int().min(0),
    from: offset.meta({ description: 'The first offset that was not read: what the consumer group had committed.' }),
    to: offset.meta({ description: 'The offset from which reading went on.' }),
    why: z.enum(['deleted', 'recreated']).meta({
      description:
        'deleted: the messages before `to` were deleted, by retention or by hand. recreated: the partition ended before `from`: the topic was created anew or has lost its end, and whatever it held from `from` on is gone.',
    }),
    noticedAt: instant,
    logPosition: offset.optional().meta({ description: 'How far the log was when `from` was committed.' }),
  })
  .meta({ id: 'InputLost', description: 'In the log, in stream lost-<topic>-<partition>, once a gap.' });
export type InputLost = z.infer<typeof inputLost>;
