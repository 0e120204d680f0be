import { cutoffOf } from './index';
import type { AccountEvent, Balance, CutoffSetting, Direction, EntryKind, Metadata, TrafficEvent } from './index';
import { acknowledge, judge, unjudged } from './one-row.fixture';
import type { Judgement, RecordedAccountEvent } from './one-row.fixture';

/** Events of one account, told in order: what the tests of this package play. */
const metadata: Metadata = { source: { receivedAt: '2026-01-31T12:00:00.000Z' } };
const entry = { accountId: 'acme', currency: 'EUR' };
const named = { reason: 'billing error', actor: 'finance' };

export const opened = (cutoff?: CutoffSetting): AccountEvent => ({
  type: 'AccountOpened',
  data: { ...entry, name: 'Acme Telecom', cutoff },
  metadata,
});

export const openedWith = (...balances: Balance[]): AccountEvent => opened({ balances });

export const ruled = (data: CutoffSetting): AccountEvent => ({ type: 'CutoffChanged', data, metadata });

export const paid = (direction: Direction, amount: string, paymentId = 'p1'): AccountEvent => ({
  type: 'PaymentRecorded',
  data: { ...entry, paymentId, direction, amount },
  metadata,
});

export const used = (direction: Direction, amount: string, usageId = 'u1'): AccountEvent => ({
  type: 'UsageCharged',
  data: { ...entry, usageId, direction, amount },
  metadata,
});

export const adjusted = (direction: Direction, amount: string, adjustmentId = 'a1'): AccountEvent => ({
  type: 'BalanceAdjusted',
  data: { ...entry, ...named, adjustmentId, direction, amount },
  metadata,
});

/** Takes back an entry of that kind, direction and amount. */
// eslint-disable-next-line max-params -- a story reads better in words than in fields
export const reversed = (kind: EntryKind, direction: Direction, amount: string, id = 'x1'): AccountEvent => ({
  type: 'EntryReversed',
  data: { accountId: 'acme', ...named, reversalId: `r-${id}`, of: { kind, id } },
  metadata: { ...metadata, reversed: { direction, amount } },
});

/** The same events in their places in `account-acme`. */
export const recorded = (events: readonly AccountEvent[]): RecordedAccountEvent[] =>
  events.map((event, revision) => ({
    ...event,
    eventId: `event-${String(revision)}`,
    stream: 'account-acme',
    revision,
  }));

export const decidedAt = '2026-01-31T12:00:01.000Z';

/** Judges events one by one, and says what each of them decided. */
export const play = (events: readonly AccountEvent[], from: Judgement = unjudged) => {
  let judgement = from;
  const steps: TrafficEvent[][] = [];
  for (const event of recorded(events)) {
    const { after, decisions } = judge(judgement, event, decidedAt);
    judgement = after;
    steps.push(decisions);
  }
  return { judgement, steps, decisions: steps.flat() };
};

/** What each event does to traffic, in words: `block inbound (inbound, mutual)`, `unblock outbound`. */
export const edgesOf = (...events: AccountEvent[]): string[][] =>
  play(events).steps.map((decisions) => decisions.map(inWords));

const inWords = ({ type, data: { direction, exhausted } }: TrafficEvent): string =>
  type === 'TrafficBlocked' ? `block ${direction} (${exhausted.join(', ')})` : `unblock ${direction}`;

export const acknowledgeAll = (judgement: Judgement, decisions: readonly TrafficEvent[]): Judgement =>
  decisions.reduce(acknowledge, judgement);

export const postpaid = cutoffOf(undefined);
