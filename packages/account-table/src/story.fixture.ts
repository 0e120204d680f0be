import fc from 'fast-check';
import { balances } from '@tollgate/balance';
import type { Balance, CutoffSetting, Direction, EntryKind, Metadata } from '@tollgate/balance';
import { accountStream, cutoffStream, rejectedStream } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import { called, interimUsageId, takenBack } from './calls.fixture';
import type { CallStep, TestCall } from './calls.fixture';
import { statementNumberKey } from './index';
import type { AccountTable } from './index';
import type { TestLog } from './log.fixture';
import { closedAs } from './statements.fixture';

const metadata: Metadata = { source: { receivedAt: '2026-01-31T12:00:00.000Z' } };
const named = { reason: 'billing error', actor: 'finance' };
type Given = { stream: string; event: LogEvent };

export const opened = (accountId: string, cutoff?: CutoffSetting, name?: string): Given => ({
  stream: accountStream(accountId),
  event: { type: 'AccountOpened', data: { accountId, name, currency: 'EUR', cutoff }, metadata },
});

export const ruled = (accountId: string, data: CutoffSetting): Given => ({
  stream: accountStream(accountId),
  event: { type: 'CutoffChanged', data, metadata },
});

export type Entry = { kind: EntryKind; direction: Direction; amount: string; id: string };

export const entered = (accountId: string, { kind, direction, amount, id }: Entry): Given => {
  const body = { accountId, direction, amount, currency: 'EUR' };
  const stream = accountStream(accountId);
  switch (kind) {
    case 'payment':
      return { stream, event: { type: 'PaymentRecorded', data: { paymentId: id, ...body }, metadata } };
    case 'usage':
      return { stream, event: { type: 'UsageCharged', data: { usageId: id, ...body }, metadata } };
    case 'adjustment':
      return { stream, event: { type: 'BalanceAdjusted', data: { adjustmentId: id, ...body, ...named }, metadata } };
  }
};

export const paid = (accountId: string, amount: string, id = 'p1'): Given =>
  entered(accountId, { kind: 'payment', direction: 'inbound', amount, id });
export const used = (accountId: string, amount: string, id = 'u1'): Given =>
  entered(accountId, { kind: 'usage', direction: 'inbound', amount, id });

export const reversed = (accountId: string, { kind, direction, amount, id }: Entry): Given => ({
  stream: accountStream(accountId),
  event: {
    type: 'EntryReversed',
    data: { reversalId: `r-${id}`, accountId, of: { kind, id }, ...named },
    metadata: { ...metadata, reversed: { direction, amount } },
  },
});

export const rejected = (partition: number, offset: string): Given => ({
  stream: rejectedStream('usage', partition),
  event: {
    type: 'MessageRejected',
    data: {
      code: 'INVALID_REQUEST',
      detail: 'not JSON',
      receivedAt: '2026-01-31T12:00:00.000Z',
      source: { topic: 'usage', partition, offset },
      payload: '{',
    },
    metadata: {},
  },
});

/** The oldest decisions that wait, as the cutoff projector records them. */
export const dueDecisions = (table: AccountTable, most = Infinity): Given[] =>
  table
    .pending()
    .slice(0, most)
    .map(({ type, data }) => ({
      stream: cutoffStream(data.accountId),
      event: {
        type,
        data: { ...data, decidedAt: `2026-01-31T12:00:00.${String(data.sequence % 1000).padStart(3, '0')}Z` },
        metadata: {},
      },
    }));

const amount = fc.constantFrom(
  '1',
  '2',
  '0.5',
  '0.0000000001',
  '1.0000000001',
  '2.50',
  '999999999999999999.9999999999',
);
const limit = fc.option(fc.constantFrom('0', '1', '0.0000000001', '2.5'), { nil: undefined });
const account = fc.constantFrom('a', 'a-b', 'a.b', 'b', 'B', 'c0', 'c');
const setting: fc.Arbitrary<CutoffSetting> = fc.record({
  balances: fc.subarray<Balance>([...balances]),
  creditLimits: fc.option(fc.record({ inbound: limit, outbound: limit, mutual: limit }), { nil: undefined }),
  mutualFormula: fc.constantFrom('outbound-minus-inbound', 'inbound-minus-outbound', undefined),
  callsInProgress: fc.constantFrom('let-run', 'cut-now', undefined),
  countReservations: fc.constantFrom(true, true, undefined),
});

const callStep: fc.Arbitrary<CallStep> = fc.oneof(
  fc.record({ do: fc.constant('place' as const), reserved: amount, isUnlimited: fc.boolean() }),
  fc.record({
    do: fc.constantFrom('extend' as const, 'release' as const),
    reserved: fc.oneof(amount, fc.constant('0')),
  }),
  fc.constant({ do: 'expire' as const }),
  fc.record({ do: fc.constant('use' as const), amount, isLast: fc.boolean() }),
);

export type Step =
  | { do: 'rule'; account: string; rule: CutoffSetting | undefined }
  | { do: 'entry'; account: string; entry: Omit<Entry, 'id'>; times: number }
  | { do: 'reverse'; nth: number }
  | { do: 'take-back'; nth: number; reserved: string }
  | { do: 'call'; account: string; direction: Direction; nth: number; step: CallStep }
  | { do: 'close'; account: string }
  | { do: 'reject'; partition: number }
  | { do: 'decide'; most: number };

/** What happens, a group each. Accounts are opened when they are first named. */
export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('rule' as const), account, rule: fc.option(setting, { nil: undefined }) }),
    },
    {
      weight: 8,
      arbitrary: fc
        .record({
          do: fc.constant('entry' as const),
          account,
          entry: fc.record({
            kind: fc.constantFrom<EntryKind>('payment', 'usage', 'adjustment'),
            direction: fc.constantFrom<Direction>('inbound', 'outbound'),
            amount,
          }),
          isDown: fc.boolean(),
          times: fc.constantFrom(1, 1, 1, 2, 12, 70),
        })
        .map(({ isDown, entry, ...step }) => ({
          ...step,
          entry: { ...entry, amount: entry.kind === 'adjustment' && isDown ? `-${entry.amount}` : entry.amount },
        })),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('reverse' as const), nth: fc.nat() }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('call' as const),
        account,
        direction: fc.constantFrom<Direction>('inbound', 'outbound'),
        nth: fc.nat(),
        step: callStep,
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('take-back' as const), nth: fc.nat(), reserved: amount }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('close' as const), account }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('reject' as const), partition: fc.nat(2) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('decide' as const), most: fc.constantFrom(1, 2, 100) }) },
  ),
  { maxLength: 40 },
);

/** Everything that may be asked of a table. */
export const everythingIn = (table: AccountTable, streams: Iterable<string>) => ({
  place: table.place(),
  partners: table.partners({ limit: 1_000 }),
  blocked: table.blocked({ limit: 1_000 }),
  pending: table.pending(),
  calls: table
    .partners({ limit: 1_000 })
    .items.map(({ account: { accountId } }) => table.reservations(accountId, { limit: 1_000 })),
  due: table.expired(Infinity, 1_000).toSorted((one, other) => (one.authorizationId < other.authorizationId ? -1 : 1)),
  statements: table
    .partners({ limit: 1_000 })
    .items.map(({ account: { accountId } }) =>
      [1, 2, 3].map((number) => table.placesOf(statementNumberKey({ accountId, number }))),
    ),
  live: table.held().live,
  unsettled: [table.held().unsettled, table.held().unsettledSince],
  streams: [...streams].map((stream) => [stream, table.head(stream), table.near(stream, 3), table.near(stream, 64)]),
});

const isOverAfter = (step: CallStep): boolean =>
  step.do === 'expire' || (step.do === 'use' && step.isLast) || (step.do === 'release' && step.reserved === '0');

const interimIn = (step: CallStep, nth: number): { id: string; amount: string }[] =>
  step.do === 'use' ? [{ id: interimUsageId(nth), amount: step.amount }] : [];

/** Plays steps one by one. */
export const createPlayer = (first: AccountTable, log: TestLog) => {
  let table = first;
  const isOpen = new Set<string>();
  const standing: (Entry & { account: string })[] = [];
  let ids = 0;
  const live: (TestCall & { isReleased: boolean; interim: { id: string; amount: string }[] })[] = [];
  const place = ({ account, direction, step }: Extract<Step, { do: 'call' }>): Given[] => {
    const placed = { accountId: account, authorizationId: `c${String(ids)}`, direction };
    live.push({ ...placed, isReleased: false, interim: [] });
    return [...open(account), called(placed, step, ids)];
  };
  const call = ({ nth, step, ...about }: Extract<Step, { do: 'call' }>): Given[] => {
    ids += 1;
    if (step.do === 'place') return place({ nth, step, ...about });
    const at = nth % Math.max(1, live.length);
    const one = live[at];
    if (one === undefined || (one.isReleased && step.do !== 'use')) return [];
    const { isReleased: _, interim, ...named } = one;
    interim.push(...interimIn(step, ids));
    if (isOverAfter(step)) live.splice(at, 1);
    one.isReleased ||= step.do === 'release';
    return [called(named, step, ids)];
  };
  const takeBack = ({ nth, reserved }: Extract<Step, { do: 'take-back' }>): Given[] => {
    ids += 1;
    const one = live[nth % Math.max(1, live.length)];
    const usage = one?.interim.pop();
    if (one === undefined || usage === undefined) return [];
    const { accountId, authorizationId, direction } = one;
    return [takenBack({ accountId, authorizationId, direction }, { ...usage, reserved }, ids)];
  };
  const open = (name: string, rule?: CutoffSetting): Given[] => {
    if (isOpen.has(name)) return [];
    isOpen.add(name);
    return [opened(name, rule, ids % 2 === 0 ? `Name of ${name}` : undefined)];
  };
  const rule = ({ account, rule: set }: Extract<Step, { do: 'rule' }>): Given[] => {
    if (!isOpen.has(account)) return open(account, set);
    return set === undefined ? [] : [ruled(account, set)];
  };
  const statements = new Map<string, number>();
  const close = (account: string): Given[] => {
    const number = (statements.get(account) ?? 0) + 1;
    statements.set(account, number);
    return [...open(account), closedAs(account, number)];
  };
  const entries = ({ account, entry, times }: Extract<Step, { do: 'entry' }>): Given[] =>
    Array.from({ length: times }, () => {
      ids += 1;
      const whole = { ...entry, id: `e${String(ids)}` };
      standing.push({ ...whole, account });
      return entered(account, whole);
    });
  const eventsOf = (step: Step): Given[] => {
    switch (step.do) {
      case 'rule':
        return rule(step);
      case 'entry':
        return [...open(step.account), ...entries(step)];
      case 'reverse': {
        const [taken] = standing.splice(step.nth % Math.max(1, standing.length), 1);
        return taken === undefined ? [] : [reversed(taken.account, taken)];
      }
      case 'call':
        return call(step);
      case 'take-back':
        return takeBack(step);
      case 'close':
        return close(step.account);
      case 'reject':
        ids += 1;
        return [rejected(step.partition, String(ids))];
      case 'decide':
        return dueDecisions(table, step.most);
    }
  };
  return {
    /** What is due is asked of another table from now on. */
    ask: (next: AccountTable): void => {
      table = next;
    },
    play: (step: Step): void => {
      const events = eventsOf(step);
      if (events.length > 0) log.record(...events);
    },
  };
};

/** The next of numbers without an end. */
export const next = (numbers: Iterator<number>): number => {
  const step = numbers.next();
  if (step.done === true) throw new Error('the numbers came to an end');
  return step.value;
};
