import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { accountIdPattern } from '@tollgate/contracts';
import { SettingsError } from './settings';

const name = z
  .string()
  .regex(accountIdPattern, 'must be 1 to 64 of A-Z a-z 0-9 . _ - and begin with a letter or a digit');
const place = z.string().regex(/^[^\s:]+:\d{1,5}$/, 'must be host:port');

const kamailio = z.strictObject({
  switchId: name,
  kamailio: z.strictObject({
    rpc: z.url({ protocol: /^http$/, error: 'must be like http://127.0.0.1:5061/RPC' }),
    evapi: place,
    cdrs: z.string().min(1).optional(),
  }),
});

const decks = z.strictObject({
  currency: z.string().regex(/^[A-Z]{3}$/),
  inbound: name.optional(),
  outbound: name.optional(),
});

const agentFile = z.strictObject({
  switches: z.array(kamailio).min(1),
  accounts: z.record(name, decks),
});

export type AgentFile = z.infer<typeof agentFile>;

/** What `tollgate agent` is told: its switches, and how the calls of accounts are priced. Throws `SettingsError`. */
export const readAgentFile = (path: string): AgentFile => {
  const result = agentFile.safeParse(jsonIn(path));
  if (!result.success)
    throw new SettingsError(
      result.error.issues.map(({ path: field, message }) => `${path}: ${field.join('.')}: ${message}`).join('\n'),
    );
  const ids = result.data.switches.map(({ switchId }) => switchId);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new SettingsError(`${path}: switches: ${twice} is there twice`);
  return result.data;
};

const jsonIn = (path: string): unknown => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new SettingsError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
};
