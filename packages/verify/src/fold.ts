import { balancesOf } from './account';
import type { Account } from './account';
import { faultsOf } from './decision';
import type { Event } from './event';
import { createFacts } from './facts';
import type { Keys } from './keys';
import { createPunctuality } from './punctuality';
import type { Told } from './punctuality';

export type AccountBalances = { accountId: string; currency: string; balances: ReturnType<typeof balancesOf> };

/** What a ledger must be, by the rules alone, event by event; it shares nothing with the program that wrote them. */
export type Fold = {
  /** What is wrong with the next event; nothing if all is right. */
  apply(event: Event, line: number): string[];
  /** Edges that were never decided. One younger than a minute may have been on its way. */
  undecided(): Told[];
  /** Edges that are not decided, and may have been on their way. */
  stillDue(): number;
  /** Edges that were decided more than a minute after their cause: a Tollgate that was down decides as late. */
  late(): Told[];
  /** The newest line, where it is of a time that is yet to come, in milliseconds since 1970. */
  ahead(now: number): Told[];
  accounts(): Iterable<AccountBalances>;
  /** Who is blocked, as `accountId/direction`. */
  blocked(): string[];
  /** Decisions that were compared. */
  edges(): number;
};

/** Streams that move no balance, and what stands in them. */
const asideTypes = [
  ['rejected-', 'MessageRejected'],
  ['lost-', 'InputLost'],
  ['signing-', 'SigningKeyChanged'],
] as const;

/** `keys` are told of those that follow. */
export const createFold = (keys?: Keys): Fold => {
  const accounts = new Map<string, Account>();
  const applyFact = createFacts(accounts);
  const revisions = new Map<string, number>();
  let edges = 0;
  const punctuality = createPunctuality();

  const applyDecision = (accountId: string, event: Event, line: number): string[] => {
    const account = accounts.get(accountId);
    if (account === undefined) return [`${event.type} comes before ${accountId} is opened`];
    edges += 1;
    const edge = account.due.shift();
    const what = `${event.type} ${String(event.data['direction'])} of ${accountId}`;
    if (edge !== undefined) punctuality.decided(edge, event, { line, what });
    return faultsOf(account, edge, event);
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
    if (stream.startsWith('cutoff-')) return applyDecision(stream.slice('cutoff-'.length), event, line);
    if (stream.startsWith('switch-')) return acknowledgementFaults(event);
    if (!asideTypes.some(([prefix, of]) => stream.startsWith(prefix) && type === of))
      return [`${type} does not belong into ${stream}`];
    return type === 'SigningKeyChanged' ? (keys?.follow(event, line) ?? []) : [];
  };

  return {
    apply: (event, line) => {
      const before = revisions.get(event.stream) ?? -1;
      revisions.set(event.stream, event.revision);
      punctuality.saw(event, line);
      const gap =
        event.revision === before + 1
          ? []
          : [`${event.stream} goes on with revision ${String(event.revision)} after ${String(before)}`];
      return [...gap, ...applyTo(event, line)];
    },
    undecided: () =>
      [...accounts.values()].flatMap(({ accountId, due }) =>
        due
          .filter((edge) => !punctuality.isOnItsWay(edge))
          .map((edge) => ({
            line: edge.line,
            what: `${edge.type} ${edge.direction} of ${accountId} was due, and was never decided`,
          })),
      ),
    stillDue: () => [...accounts.values()].flatMap(({ due }) => due.filter(punctuality.isOnItsWay)).length,
    late: () => punctuality.late,
    ahead: punctuality.ahead,
    accounts: function* () {
      for (const account of accounts.values())
        yield { accountId: account.accountId, currency: account.currency, balances: balancesOf(account) };
    },
    blocked: () => blockedIn(accounts.values()),
    edges: () => edges,
  };
};

const blockedIn = (accounts: Iterable<Account>): string[] =>
  [...accounts].flatMap(({ accountId, blocked }) =>
    (['inbound', 'outbound'] as const)
      .filter((direction) => blocked[direction])
      .map((direction) => `${accountId}/${direction}`),
  );
