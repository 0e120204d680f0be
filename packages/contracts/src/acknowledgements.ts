import { z } from 'zod';
import type { Direction } from '@tollgate/balance';
import { accountId, instant, label } from './fields';

const switchId = accountId.meta({
  id: 'SwitchId',
  description: 'The switch: 1 to 64 of A-Z a-z 0-9 . _ - that begin with a letter or a digit.',
  examples: ['edge-1'],
});

const result = z.enum(['applied', 'stale', 'failed']).meta({
  description:
    'applied: the switch does as the command says. stale: it did as a later one says already. failed: it does not; what applies it later is acknowledged again.',
});
export const callsCut = z
  .int('must be a whole number')
  .min(0)
  .max(10_000_000)
  .meta({ description: 'Calls it ended for that.' });
const detail = label.min(1).optional().meta({ description: 'Of what failed: why.' });

/** What a switch tells of one command (DESIGN 3): the command by its id, and by account and sequence, under which it is found. */
export const acknowledgement = z
  .strictObject({
    commandId: z.uuid().meta({ description: 'As the command has it.' }),
    switchId,
    accountId,
    sequence: z.int('must be a whole number').min(1).meta({ description: 'As the command has it.' }),
    appliedAt: instant,
    callsCut,
    result,
    detail,
  })
  .meta({ id: 'Acknowledgement', description: 'A switch tells what it has made of a command.' });
export type Acknowledgement = z.infer<typeof acknowledgement>;

/** As the log has it: `direction` is that of the command. */
export type CommandAcknowledgement = Acknowledgement & { direction: Direction };

export const acknowledgementAnswer = z
  .strictObject({
    commandId: z.uuid(),
    switchId,
    duplicate: z.boolean(),
    revision: z.int().min(0).meta({ description: 'Place in the stream of the switch, from 0.' }),
    position: z.string().regex(/^\d+$/),
  })
  .meta({ id: 'AcknowledgementAnswer' });
export type AcknowledgementAnswer = z.infer<typeof acknowledgementAnswer>;

/** What a switch has told of the command in force. */
export const acknowledgedView = z
  .strictObject({ switchId, appliedAt: instant, callsCut, result, detail })
  .meta({ id: 'Acknowledged' });

/** Who may be named in SWITCHES, and still owes an answer. */
export const pendingSwitches = z.array(switchId);
