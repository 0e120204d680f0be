import { z } from 'zod';
import { accountIdPattern } from '@tollgate/contracts';
import type { SwitchPlace } from '@tollgate/softswitch-agent';
import { readChecked } from './checked-file';

const kamailio = z.strictObject({
  rpc: z.url({ protocol: /^http$/, error: 'must be like http://127.0.0.1:8449/RPC' }),
  evapi: z.string().regex(/^[^\s:]+:\d{1,5}$/, 'must be host:port'),
  cdrs: z.string().min(1).optional(),
});

const webhook = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'must be like http://127.0.0.1:8450/tollgate' }),
  authorization: z.string().min(1).optional(),
});

const placeOf = ({ rpc, evapi, cdrs }: z.infer<typeof kamailio>) => {
  const colon = evapi.lastIndexOf(':');
  return { rpcUrl: rpc, host: evapi.slice(0, colon), port: Number(evapi.slice(colon + 1)), cdrs };
};

const agentFile = z.strictObject({
  /** For how long a call waits for the ledger: less than its switch waits for the agent. */
  askMs: z.int('must be a whole number').min(100).max(30_000).default(800),
  switches: z
    .array(
      z
        .strictObject({
          switchId: z
            .string()
            .regex(accountIdPattern, 'must be 1 to 64 of A-Z a-z 0-9 . _ - and begin with a letter or a digit'),
          kamailio: kamailio.optional(),
          webhook: webhook.optional(),
        })
        .transform(({ switchId, kamailio, webhook }, context): SwitchPlace => {
          if (webhook !== undefined && kamailio === undefined) return { switchId, ...webhook };
          if (kamailio !== undefined && webhook === undefined) return { switchId, ...placeOf(kamailio) };
          context.addIssue('must have kamailio or webhook');
          return z.NEVER;
        }),
    )
    .min(1, 'must name a switch')
    .refine(
      (switches) => new Set(switches.map(({ switchId }) => switchId)).size === switches.length,
      'must not name a switch twice',
    ),
});

/** The switches that `tollgate agent` serves. Throws `SettingsError`, naming file and field. */
export const readAgentFile = (path: string): { askMs: number; switches: SwitchPlace[] } => readChecked(path, agentFile);
