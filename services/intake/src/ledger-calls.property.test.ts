import fc from 'fast-check';
import type { Balance, CutoffSetting, Direction, Price } from '@tollgate/balance';
import { balanceOf } from '@tollgate/balance';
import type { LogEvent } from '@tollgate/contracts';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import { parseAmount } from '@tollgate/money';
import { tariffOf } from '@tollgate/rating';
import { asked, extended, later, opened, paid, released, takenBack, used } from './calls.fixture';
import type { Intent, Outcome } from './intent';
import { ledgerOn } from './ledger.fixture';
import type { TestLedger } from './ledger.fixture';

const rule: fc.Arbitrary<CutoffSetting> = fc.record({
  balances: fc.subarray<Balance>(['inbound', 'outbound', 'mutual'], { minLength: 1 }),
  mutualFormula: fc.constantFrom('inbound-minus-outbound', 'outbound-minus-inbound'),
  creditLimits: fc.constantFrom(undefined, { inbound: '0.5', mutual: '0.25' }),
  reservation: fc.constantFrom(undefined, { sliceSeconds: 7 }, { sliceSeconds: 40, maxConcurrent: 4 }),
  countReservations: fc.boolean(),
});

const price: fc.Arbitrary<Price> = fc.record({
  perMinute: fc.constantFrom('0', '0.6', '1', '7.77'),
  connectFee: fc.constantFrom(undefined, '0.05'),
  initialSeconds: fc.constantFrom(1, 30, 60),
  incrementSeconds: fc.constantFrom(1, 6, 60),
});

type Step =
  | { do: 'ask'; direction: Direction; price: Price; requestedSeconds: number | undefined }
  | { do: 'extend' | 'expire'; nth: number }
  | { do: 'release'; nth: number; share: number | undefined }
  | { do: 'use'; nth: number; isLast: boolean }
  | { do: 'take-back'; nth: number }
  | { do: 'pay'; direction: Direction; amount: string };

const nth = fc.nat(20);
const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('ask' as const),
        direction: fc.constantFrom<Direction>('inbound', 'outbound'),
        price,
        requestedSeconds: fc.constantFrom(undefined, 2, 30),
      }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('extend' as const), nth }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('expire' as const), nth }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('release' as const), nth, share: fc.constantFrom(undefined, 0, 0.5, 1) }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('take-back' as const), nth }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('use' as const), nth, isLast: fc.boolean() }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('pay' as const),
        direction: fc.constantFrom<Direction>('inbound', 'outbound'),
        amount: fc.constantFrom('0.01', '1', '2.5'),
      }),
    },
  ),
  { minLength: 8, maxLength: 30 },
);

type Call = { id: string; direction: Direction; seconds: number };

const accountId = 'acme';

/** What a switch does; its calls use no more than they were granted. */
const createSwitch = (ledgers: readonly TestLedger[]) => {
  let count = 0;
  const calls: Call[] = [];
  const interim: string[] = [];
  const submit = async (intent: Intent, seconds = 0): Promise<Outcome | undefined> => {
    const ledger = ledgers[count % ledgers.length];
    return (await ledger?.submit([later(intent, seconds)]))?.[0];
  };
  const heldFor = ({ id }: Call): string | undefined => {
    for (const { table } of ledgers) {
      const held = table
        .reservations(accountId, { limit: 1_000 })
        ?.items.find(({ authorizationId }) => authorizationId === id);
      if (held !== undefined) return text(held.reserved);
    }
    return undefined;
  };
  const play = async (step: Step): Promise<void> => {
    count += 1;
    const id = `c${String(count)}`;
    if (step.do === 'pay') {
      const { direction, amount } = step;
      await submit({ type: 'RecordPayment', data: { paymentId: id, accountId, direction, amount, currency: 'EUR' } });
      return;
    }
    if (step.do === 'ask') {
      const { direction, requestedSeconds } = step;
      const outcome = await submit(asked(id, { direction, ...(requestedSeconds && { requestedSeconds }) }, step.price));
      if (outcome?.status === 'recorded') calls.push({ id, direction, seconds: 2 });
      return;
    }
    if (step.do === 'take-back') {
      const usageId = interim[step.nth % Math.max(1, interim.length)];
      if (usageId !== undefined) await submit(takenBack(id, usageId));
      return;
    }
    const call = calls[step.nth % Math.max(1, calls.length)];
    if (call !== undefined) await goOn(call, step, id);
  };
  const goOn = async (
    call: Call,
    step: Exclude<Step, { do: 'pay' | 'ask' | 'take-back' }>,
    id: string,
  ): Promise<void> => {
    switch (step.do) {
      case 'extend':
        await submit(extended(call.id, count));
        return;
      case 'expire':
        await submit({ type: 'ExpireCall', data: { accountId, authorizationId: call.id } }, 1_000);
        return;
      case 'release':
        await submit(released(call.id, step.share === undefined ? undefined : step.share * call.seconds));
        return;
      case 'use': {
        const { direction } = call;
        const amount = heldFor(call);
        if (!step.isLast) interim.push(id);
        if (amount !== undefined)
          await submit(used(id, amount, { direction, authorizationId: call.id, final: step.isLast }));
      }
    }
  };
  return { play };
};

const text = (amount: bigint): string => {
  const digits = amount.toString().padStart(11, '0');
  return `${digits.slice(0, -10)}.${digits.slice(-10)}`;
};

/** Of each balance of the rule that a grant is limited by: what is available, less what is held. */
const faultsOf = ({ table }: TestLedger): string[] => {
  const partner = table.partner(accountId);
  if (partner?.held === undefined) return [];
  const { account, held } = partner;
  const { balances, creditLimits, mutualFormula } = account.cutoff;
  return balances.flatMap((balance) => {
    const isNet = mutualFormula === 'inbound-minus-outbound';
    if (balance === 'mutual' && !isNet) return [];
    const reserved = held.reserved[balance === 'outbound' ? 'outbound' : 'inbound'];
    const left = balanceOf(account, balance) + creditLimits[balance] - reserved;
    return reserved > 0n && left < 0n ? [`${balance}: ${String(left)}`] : [];
  });
};

/** Of each call that goes on: what was charged for it is what its usage came to, and with what is held it pays all that is granted. */
const miscounted = ({ table }: TestLedger, events: readonly LogEvent[]): string[] =>
  (table.reservations(accountId, { limit: 1_000 })?.items ?? []).flatMap((held) => {
    const { authorizationId, charged, reserved, rate, grantedSeconds, endedAt } = held;
    const taken = new Set(events.map((event) => (event.type === 'EntryReversed' ? event.data.of.id : undefined)));
    const spent = events.reduce(
      (sum, { type, data }) =>
        type === 'UsageCharged' && data.authorizationId === authorizationId && !taken.has(data.usageId)
          ? sum + parseAmount(data.amount)
          : sum,
      0n,
    );
    const isPaid =
      rate === undefined || grantedSeconds === null || endedAt !== undefined
        ? true
        : charged + reserved >= tariffOf(rate).priceOf(grantedSeconds + 1);
    return charged === spent && isPaid ? [] : [`${authorizationId}: ${String(charged)} of ${String(spent)}`];
  });

const way = fc.record({ writers: fc.constantFrom(1, 2), isAtOnce: fc.boolean() });

/** What we prepay lowers net credit: a balance may fall below what is held by more than calls. */
const withoutDrain = (step: Step, { mutualFormula }: CutoffSetting): Step =>
  step.do === 'pay' && mutualFormula === 'inbound-minus-outbound' ? { ...step, direction: 'inbound' } : step;

test('what is held for calls never exceeds what is available, however many ask at once, with one writer or two', async () => {
  let granted = 0;
  let restored = 0;
  await fc.assert(
    fc.asyncProperty(rule, steps, way, async (rule, anySteps, { writers, isAtOnce }) => {
      const steps = anySteps.map((step) => withoutDrain(step, rule));
      const log = createMemoryEventLog<LogEvent>();
      const ledgers = Array.from({ length: writers }, () => ledgerOn(log));
      const [first] = ledgers;
      await first?.submit([later(opened(rule), 0), later(paid('first', '3'), 0)]);
      const { play } = createSwitch(ledgers);
      if (isAtOnce) await Promise.all(steps.map(play));
      else
        for (const step of steps) {
          await play(step);
          for (const ledger of ledgers) expect(faultsOf(ledger)).toEqual([]);
        }
      const again = ledgerOn(log);
      await again.submit([later(paid('last', '0.0000000001'), 0)]);
      expect([...faultsOf(again), ...miscounted(again, log.events())]).toEqual([]);
      restored += log.events().filter((event) => event.type === 'EntryReversed' && event.metadata.restored).length;
      granted += log.events().filter(({ type }) => type === 'ReservationPlaced').length;
      for (const ledger of [...ledgers, again]) await ledger.close();
    }),
    { numRuns: 150 },
  );
  expect(granted).toBeGreaterThan(150);
  expect(restored).toBeGreaterThan(0);
}, 120_000);
