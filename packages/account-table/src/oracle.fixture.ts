import { cutoffOf, isCallEvent } from '@tollgate/balance';
import type { Account, Balance, CutoffSetting, Direction, EntryKind, Held, TrafficDecision } from '@tollgate/balance';
import { isAccountEvent, streamPrefixes } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { RecordedEvent } from '@tollgate/event-store';
import { formatAmount, parseAmount } from '@tollgate/money';
import type { Partner, TrafficStatus } from './index';

/** The rules of DESIGN section 2 written a second time, over the whole log at once, in bigints. */
type Event = RecordedEvent<LogEvent>;

const effectOf = (event: Event): { direction: Direction; kind: EntryKind; amount: bigint } | undefined => {
  if (!isAccountEvent(event) || isCallEvent(event)) return undefined;
  switch (event.type) {
    case 'PaymentRecorded':
      return { kind: 'payment', direction: event.data.direction, amount: parseAmount(event.data.amount) };
    case 'UsageCharged':
      return { kind: 'usage', direction: event.data.direction, amount: parseAmount(event.data.amount) };
    case 'BalanceAdjusted':
      return { kind: 'adjustment', direction: event.data.direction, amount: parseAmount(event.data.amount) };
    case 'EntryReversed': {
      const { direction, amount } = event.metadata.reversed;
      return { kind: event.data.of.kind, direction, amount: -parseAmount(amount) };
    }
    case 'AccountOpened':
    case 'CutoffChanged':
    case 'StatementClosed':
      return undefined;
  }
};

const accountOf = (events: readonly Event[]): Account => {
  const [opening] = events;
  if (opening?.type !== 'AccountOpened') throw new Error('an account begins with its opening');
  let rule: CutoffSetting | undefined = opening.data.cutoff;
  const totals = { inbound: [0n, 0n, 0n], outbound: [0n, 0n, 0n] };
  const index = { payment: 0, usage: 1, adjustment: 2 };
  for (const event of events) {
    if (event.type === 'CutoffChanged') rule = event.data;
    const effect = effectOf(event);
    if (effect === undefined) continue;
    const sums = totals[effect.direction];
    sums[index[effect.kind]] = (sums[index[effect.kind]] ?? 0n) + effect.amount;
  }
  const totalsOf = ([payments = 0n, usage = 0n, adjustments = 0n]: bigint[]) => ({ payments, usage, adjustments });
  return {
    accountId: opening.data.accountId,
    name: opening.data.name,
    currency: opening.data.currency,
    cutoff: cutoffOf(rule),
    totals: { inbound: totalsOf(totals.inbound), outbound: totalsOf(totals.outbound) },
  };
};

const balancesOf = ({ totals, cutoff }: Account): Record<Balance, bigint> => {
  const [inbound, outbound] = [totals.inbound, totals.outbound].map(
    ({ payments, usage, adjustments }) => payments - usage + adjustments,
  ) as [bigint, bigint];
  const mutual = cutoff.mutualFormula === 'inbound-minus-outbound' ? inbound - outbound : outbound - inbound;
  return { inbound, outbound, mutual };
};

const noneHeld = () => ({ reserved: { inbound: 0n, outbound: 0n }, calls: { inbound: 0, outbound: 0 }, unsettled: 0 });

type TestHeld = { direction: Direction; reserved: bigint; hasEnded: boolean };

/** What is held for calls, added up anew from what each call has come to. */
const heldIn = (events: readonly Event[]): Held => {
  const calls = new Map<string, TestHeld>();
  for (const event of events) {
    const id = event.type === 'EntryReversed' ? event.metadata.restored?.authorizationId : namedIn(event);
    if (id === undefined) continue;
    const after = heldAfter(calls.get(id), event);
    if (after === undefined) calls.delete(id);
    else calls.set(id, after);
  }
  const held = noneHeld();
  for (const { direction, reserved, hasEnded } of calls.values()) {
    held.reserved[direction] += reserved;
    if (hasEnded) held.unsettled += 1;
    else held.calls[direction] += 1;
  }
  return held;
};

const namedIn = ({ data }: Event): string | undefined => ('authorizationId' in data ? data.authorizationId : undefined);

const heldAfter = (before: TestHeld | undefined, event: Event): TestHeld | undefined => {
  if (event.type === 'ReservationPlaced')
    return { direction: event.data.direction, reserved: parseAmount(event.data.grant.reserved), hasEnded: false };
  if (before === undefined) throw new Error(`${event.type} of a call that nobody asked for`);
  if (event.type === 'UsageCharged')
    return event.data.final === false ? lessBy(before, parseAmount(event.data.amount)) : undefined;
  const after = { ...before, reserved: statedIn(event) ?? before.reserved };
  const isEnd = event.type === 'ReservationReleased' || event.type === 'ReservationExpired';
  return isEnd ? unlessNothing({ ...after, hasEnded: true }) : after;
};

/** What an event says is held from then on. */
const statedIn = (event: Event): bigint | undefined => {
  if (event.type === 'ReservationExtended') return parseAmount(event.data.grant.reserved);
  if (event.type === 'ReservationReleased') return parseAmount(event.data.reserved);
  return event.type === 'EntryReversed' ? parseAmount(event.metadata.restored?.reserved ?? '0') : undefined;
};

const unlessNothing = (held: TestHeld): TestHeld | undefined => (held.reserved === 0n ? undefined : held);

const lessBy = (before: TestHeld, amount: bigint): TestHeld => ({
  ...before,
  reserved: before.reserved < amount ? 0n : before.reserved - amount,
});

/** Which direction's calls cost the balance. */
const spenderOf = (balance: Balance, { cutoff }: Account): Direction =>
  balance === 'mutual' ? (cutoff.mutualFormula === 'inbound-minus-outbound' ? 'inbound' : 'outbound') : balance;

const blockersOf = (account: Account, direction: Direction, held: Held): Balance[] => {
  const found = balancesOf(account);
  const guards: Balance[] = direction === 'inbound' ? ['inbound', 'mutual'] : ['outbound'];
  return guards.filter(
    (balance) =>
      account.cutoff.balances.includes(balance) &&
      found[balance] + account.cutoff.creditLimits[balance] - held.reserved[spenderOf(balance, account)] <= 0n,
  );
};

const streamsIn = (events: readonly Event[], prefix: string): Map<string, Event[]> => {
  const streams = new Map<string, Event[]>();
  for (const event of events) {
    if (!event.stream.startsWith(prefix)) continue;
    const accountId = event.stream.slice(prefix.length);
    streams.set(accountId, [...(streams.get(accountId) ?? []), event]);
  }
  return streams;
};

const trafficOf = (decisions: readonly Event[], wanted: Direction): TrafficStatus => {
  const last = decisions.findLast(
    (event) => !isAccountEvent(event) && 'direction' in event.data && event.data.direction === wanted,
  );
  if (last?.type !== 'TrafficBlocked' && last?.type !== 'TrafficUnblocked') return { state: 'open' };
  const { decidedAt, sequence, exhausted } = last.data;
  return { state: last.type === 'TrafficBlocked' ? 'blocked' : 'open', since: decidedAt, sequence, exhausted };
};

/** In key order. */
export const expectedPartners = (events: readonly Event[]): Partner[] => {
  const decisions = streamsIn(events, streamPrefixes.cutoff);
  return [...streamsIn(events, streamPrefixes.account)]
    .map(([accountId, own]): Partner => {
      const made = decisions.get(accountId) ?? [];
      const held = heldIn(own);
      const isHeld = held.calls.inbound + held.calls.outbound + held.unsettled > 0;
      return {
        account: accountOf(own),
        traffic: { inbound: trafficOf(made, 'inbound'), outbound: trafficOf(made, 'outbound') },
        ...(isHeld && { held }),
        revision: own.length - 1,
        position: own.at(-1)?.position ?? 0n,
      };
    })
    .sort((one, other) => (one.account.accountId < other.account.accountId ? -1 : 1));
};

/** Every edge of every account. */
export const expectedDecisions = (events: readonly Event[]): Omit<TrafficDecision, 'decidedAt'>[] =>
  [...streamsIn(events, streamPrefixes.account).values()].flatMap(edgesOf);

const edgesOf = (own: readonly Event[]): Omit<TrafficDecision, 'decidedAt'>[] => {
  const blocked = { inbound: false, outbound: false };
  const edges: Omit<TrafficDecision, 'decidedAt'>[] = [];
  for (const [index, event] of own.entries()) {
    const account = accountOf(own.slice(0, index + 1));
    for (const direction of ['inbound', 'outbound'] as const) {
      const held = account.cutoff.countReservations ? heldIn(own.slice(0, index + 1)) : noneHeld();
      const exhausted = blockersOf(account, direction, held);
      const isSpent = blockersOf(account, direction, noneHeld()).length > 0;
      if (exhausted.length > 0 === blocked[direction]) continue;
      blocked[direction] = exhausted.length > 0;
      const { inbound, outbound, mutual } = balancesOf(account);
      edges.push({
        accountId: account.accountId,
        direction,
        sequence: edges.length + 1,
        exhausted,
        balances: { inbound: formatAmount(inbound), outbound: formatAmount(outbound), mutual: formatAmount(mutual) },
        currency: account.currency,
        ...(exhausted.length > 0 && { callsInProgress: isSpent ? account.cutoff.callsInProgress : 'let-run' }),
        cause: { type: event.type, eventId: event.eventId, stream: event.stream, revision: event.revision },
      });
    }
  }
  return edges;
};
