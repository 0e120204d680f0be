import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { TrafficDecision, TrafficEvent } from '@tollgate/balance';
import { callsInProgress } from './accounts';
import { accountId, currency, direction, instant } from './fields';

const balance = z.enum(['inbound', 'outbound', 'mutual']);
const signedText = z.string().meta({ examples: ['-0.5'], description: 'Exact decimal, shortest form.' });

export const balancesView = z
  .strictObject({ inbound: signedText, outbound: signedText, mutual: signedText })
  .meta({ id: 'Balances' });

/** The value of a traffic-control message (DESIGN 3). */
export const trafficCommand = z
  .strictObject({
    type: z.enum(['BlockTraffic', 'UnblockTraffic']),
    commandId: z.uuid().meta({ description: 'UUIDv5 of accountId/direction/sequence: the same for every copy.' }),
    accountId,
    direction,
    sequence: z.int().min(1).meta({ description: 'Rises by one per account, over both directions.' }),
    exhausted: z
      .array(balance)
      .meta({ description: 'What guards this direction and is exhausted; empty when it opens.' }),
    balances: balancesView,
    currency,
    callsInProgress: callsInProgress.optional(),
    cause: z.strictObject({ type: z.string(), eventId: z.string(), stream: z.string(), revision: z.int().min(0) }),
    decidedAt: instant,
  })
  .meta({ id: 'TrafficCommand' });
export type TrafficCommand = z.infer<typeof trafficCommand>;

/** The command a recorded decision stands for: always the same bytes once serialised. */
export const trafficCommandOf = ({ type, data }: Pick<TrafficEvent, 'type' | 'data'>): TrafficCommand => ({
  type: type === 'TrafficBlocked' ? 'BlockTraffic' : 'UnblockTraffic',
  commandId: commandIdOf(data),
  ...data,
});

const commandNamespace = Buffer.from('8f6b3f0a5a1e4f5e9d0c2b7f4d1c6e35', 'hex');

/** UUIDv5 (RFC 9562, 5.5) of `accountId/direction/sequence` in Tollgate's namespace. */
export const commandIdOf = (decision: Pick<TrafficDecision, 'accountId' | 'direction' | 'sequence'>): string => {
  const name = `${decision.accountId}/${decision.direction}/${String(decision.sequence)}`;
  const bytes = createHash('sha1').update(commandNamespace).update(name).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};

/** Headers of the CloudEvents Kafka binding, binary mode (DESIGN 3). */
export const cloudEventHeaders = (command: TrafficCommand): Record<string, string> => ({
  ce_specversion: '1.0',
  ce_id: command.commandId,
  ce_type: `tollgate.${command.type}.v1`,
  ce_source: 'tollgate',
  ce_subject: command.accountId,
  ce_time: command.decidedAt,
  'content-type': 'application/json',
});
