import { balancesOf } from './account';
import type { Account, Edge } from './account';
import { faultsOf } from './decision';
import type { Event } from './event';
import { createFacts } from './facts';

export type AccountBalances = { accountId: string; currency: string; balances: ReturnType<typeof balancesOf> };

/** What a ledger must be, by the rules alone, event by event; it shares nothing with the program that wrote them. */
export type Fold = {
  /** What is wrong with the next event; nothing if all is right. */
  apply(event: Event, line: number): string[];
  /** Edges that were never decided. One younger than a minute may have been on its way. */
  undecided(): { line: number; what: string }[];
  accounts(): Iterable<AccountBalances>;
  /** Who is blocked, as `accountId/direction`. */
  blocked(): string[];
  /** Decisions that were compared. */
  edges(): number;
};

const patienceMs = 60_000;
const messageTypes: Record<string, string> = { 'rejected-': 'MessageRejected', 'lost-': 'InputLost' };

export const createFold = (): Fold => {
  const accounts = new Map<string, Account>();
  const applyFact = createFacts(accounts);
  const revisions = new Map<string, number>();
  let edges = 0;
  let newest = 0;

  const applyDecision = (accountId: string, event: Event): string[] => {
    const account = accounts.get(accountId);
    if (account === undefined) return [`${event.type} comes before ${accountId} is opened`];
    edges += 1;
    return faultsOf(account, account.due.shift(), event);
  };

  /** A switch can only have applied what was decided before. */
  const acknowledgementFaults = ({ type, stream, data }: Event): string[] => {
    if (type !== 'CommandAcknowledged') return [`${type} does not belong into ${stream}`];
    const accountId = String(data['accountId']);
    const decided = revisions.get(`cutoff-${accountId}`) ?? -1;
    return Number(data['sequence']) - 1 <= decided && stream === `switch-${String(data['switchId'])}`
      ? []
      : [`${stream} acknowledges command ${String(data['sequence'])} of ${accountId}, which was never decided`];
  };

  const applyTo = (event: Event, line: number): string[] => {
    const { stream, type } = event;
    if (stream.startsWith('account-')) return applyFact(stream.slice('account-'.length), event, line);
    if (stream.startsWith('cutoff-')) return applyDecision(stream.slice('cutoff-'.length), event);
    if (stream.startsWith('switch-')) return acknowledgementFaults(event);
    const isMessage = Object.entries(messageTypes).some(([prefix, of]) => stream.startsWith(prefix) && type === of);
    return isMessage ? [] : [`${type} does not belong into ${stream}`];
  };

  return {
    apply: (event, line) => {
      const before = revisions.get(event.stream) ?? -1;
      revisions.set(event.stream, event.revision);
      newest = Math.max(newest, Date.parse(event.recordedAt) || 0);
      const gap =
        event.revision === before + 1
          ? []
          : [`${event.stream} goes on with revision ${String(event.revision)} after ${String(before)}`];
      return [...gap, ...applyTo(event, line)];
    },
    undecided: () =>
      [...accounts.values()].flatMap(({ accountId, due }) =>
        due
          .filter((edge) => isLate(edge, newest))
          .map((edge) => ({
            line: edge.line,
            what: `${edge.type} ${edge.direction} of ${accountId} was due, and was never decided`,
          })),
      ),
    accounts: function* () {
      for (const account of accounts.values())
        yield { accountId: account.accountId, currency: account.currency, balances: balancesOf(account) };
    },
    blocked: () =>
      [...accounts.values()].flatMap(({ accountId, blocked }) =>
        (['inbound', 'outbound'] as const)
          .filter((direction) => blocked[direction])
          .map((direction) => `${accountId}/${direction}`),
      ),
    edges: () => edges,
  };
};

const isLate = ({ cause }: Edge, newest: number): boolean => newest - Date.parse(cause.recordedAt) > patienceMs;
