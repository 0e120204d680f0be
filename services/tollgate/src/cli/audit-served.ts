import { followCommands } from '@tollgate/client';
import type { AccountView, TrafficCommand } from '@tollgate/contracts';
import { createFold } from '@tollgate/verify';
import type { CutoffAudit } from './audit-cutoff';
import type { TollgateClient } from './tollgate-client';

/** The stream of commands has no end: after so long without one it has told all there are. */
const silenceMs = 5_000;
const pageItems = 100;

/**
 * What a running Tollgate answers, by the verifier's fold: every command it has made, and who it says is blocked. What happens meanwhile
 * is left out.
 */
export const auditServed = async (client: TollgateClient): Promise<CutoffAudit> => {
  const fold = createFold();
  const differences: CutoffAudit['differences'] = [];
  let events = 0;
  const apply = (event: Parameters<typeof fold.apply>[0]): void => {
    events += 1;
    differences.push(...fold.apply(event, events).map((what) => ({ line: events, what })));
  };
  /** The last revision of each account that was read. */
  const revisions = new Map<string, number>();
  for await (const page of client.accountPages(pageItems))
    for (const { accountId } of page)
      for await (const item of client.history(accountId)) {
        apply({ ...item, stream: `account-${accountId}` });
        revisions.set(accountId, item.revision);
      }
  for await (const command of commandsOf(client.url))
    if (command.cause.revision <= (revisions.get(command.accountId) ?? -1)) apply(decisionOf(command));

  const blocked = fold.blocked();
  for (const [accountId, revision] of revisions) {
    const account = await client.account(accountId);
    // What has changed since is the next audit's.
    if (account.revision !== revision) continue;
    differences.push(...stateFaults(account, blocked).map((what) => ({ line: events, what })));
  }
  return { events, edges: fold.edges(), blocked, differences: [...differences, ...fold.undecided()] };
};

const commandsOf = async function* (url: string): AsyncGenerator<TrafficCommand> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), silenceMs);
  const following = { isFromStart: true, signal: silence.signal, onConnection: () => undefined };
  for await (const { command } of followCommands(url, following)) {
    timer.refresh();
    yield command;
  }
};

const decisionOf = ({ type, commandId, ...data }: TrafficCommand) => ({
  stream: `cutoff-${data.accountId}`,
  revision: data.sequence - 1,
  eventId: commandId,
  type: type === 'BlockTraffic' ? 'TrafficBlocked' : 'TrafficUnblocked',
  recordedAt: data.decidedAt,
  data,
});

const stateFaults = ({ accountId, traffic }: AccountView, blocked: readonly string[]): string[] =>
  (['inbound', 'outbound'] as const)
    .filter((direction) => (traffic[direction].state === 'blocked') !== blocked.includes(`${accountId}/${direction}`))
    .map((direction) => `${direction} of ${accountId} is ${traffic[direction].state}, and should not be`);
