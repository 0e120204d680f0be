import type { LogEvent } from '@tollgate/contracts';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import { formatAmount } from '@tollgate/money';
import { asked, extended, later, opened, paid, released, told, used } from './calls.fixture';
import type { Intent, Item } from './intent';
import { itemsOf, ledgerOn } from './ledger.fixture';
import type { TestLedger } from './ledger.fixture';

const log = () => createMemoryEventLog<LogEvent>();
const ask = async (ledger: TestLedger, ...intents: Intent[]): Promise<string[]> =>
  (await ledger.submit(itemsOf(intents))).map(told);
const askLater = async (ledger: TestLedger, ...items: Item[]): Promise<string[]> =>
  (await ledger.submit(items)).map(told);

const exposure = ({ table }: TestLedger) => {
  const held = table.partner('acme')?.held;
  return held === undefined
    ? 'nothing'
    : `${formatAmount(held.reserved.inbound)} for ${String(held.calls.inbound)}, ${String(held.unsettled)} unsettled`;
};

const prepayment = { accountId: 'acme', direction: 'outbound', amount: '2', currency: 'EUR' } as const;

const settlements = (events: readonly LogEvent[]) =>
  events.flatMap((event) => (event.type === 'UsageCharged' ? [event.metadata.authorization] : []));

test('what is granted is held, and the next call gets what is left, in one group and over two', async () => {
  const ledger = ledgerOn(log());
  expect(await ask(ledger, opened(), paid('p1', '5'), asked('a', { requestedSeconds: 200 }), asked('b'))).toEqual([
    'recorded',
    'recorded',
    '200 for 2.01',
    '298 for 2.99',
  ]);
  expect(await ask(ledger, asked('c'))).toEqual(['0 INSUFFICIENT_BALANCE']);
  expect(exposure(ledger)).toBe('5 for 2, 0 unsettled');
});

test('the same again is the first answer, also once the call is over; other content is a conflict', async () => {
  const ledger = ledgerOn(log());
  await ask(ledger, opened(), paid('p1', '5'));
  expect(await ask(ledger, asked('a'), asked('a'), asked('a', { callee: '+31' }))).toEqual([
    '300 for 3.01',
    '=300 for 3.01',
    'ID_CONFLICT',
  ]);
  expect(await ask(ledger, released('a'), released('a'), released('a', 7), asked('a'))).toEqual([
    'left 0',
    '=left 0',
    'ID_CONFLICT',
    '=300 for 3.01',
  ]);
  expect(exposure(ledger)).toBe('nothing');
});

test('what is barred is granted to nobody, though no balance of the account limits its calls', async () => {
  const ledger = ledgerOn(log());
  expect(await ask(ledger, opened({ balances: [] }), asked('a', {}, 'barred'))).toEqual(['recorded', '0 NO_PRICE']);
  expect(exposure(ledger)).toBe('nothing');
});

test('a refusal is not recorded: the same may be asked again, and be granted', async () => {
  const memory = log();
  const ledger = ledgerOn(memory);
  expect(await ask(ledger, opened(), asked('a'))).toEqual(['recorded', '0 BLOCKED']);
  expect(memory.events()).toHaveLength(1);
  expect(await ask(ledger, paid('p1', '5'), asked('a'))).toEqual(['recorded', '300 for 3.01']);
});

test('at most so many calls at a time, of both directions together', async () => {
  const ledger = ledgerOn(log());
  await ask(ledger, opened({ balances: [], reservation: { sliceSeconds: 60, maxConcurrent: 2 } }));
  expect(await ask(ledger, asked('a'), asked('b', { direction: 'outbound' }), asked('c'))).toEqual([
    'no limit for 0',
    'no limit for 0',
    '0 MAX_CONCURRENT',
  ]);
  expect(await ask(ledger, released('a'), asked('c'))).toEqual(['left 0', 'no limit for 0']);
});

test('another currency, and an account that is not open', async () => {
  const ledger = ledgerOn(log());
  expect(await ask(ledger, asked('a'))).toEqual(['ACCOUNT_NOT_FOUND']);
  expect(await ask(ledger, opened(), asked('a', { currency: 'USD' }))).toEqual(['recorded', 'CURRENCY_MISMATCH']);
});

test('no deck, no call; but whoever pays later needs no price', async () => {
  const ledger = ledgerOn(log());
  const priceless = { ...asked('a'), rate: undefined } as Intent;
  await ask(ledger, opened(), paid('p1', '5'));
  expect(await ask(ledger, priceless)).toEqual(['0 NO_PRICE']);
  await ask(ledger, { type: 'ChangeCutoff', accountId: 'acme', data: { balances: [] } });
  expect(await ask(ledger, priceless)).toEqual(['no limit for 0']);
  expect(exposure(ledger)).toBe('0 for 1, 0 unsettled');
});

test('an extension answers the seconds of the whole call, priced as one, once for each number', async () => {
  const ledger = ledgerOn(log());
  await ask(ledger, opened(), paid('p1', '5'), asked('a'));
  expect(await ask(ledger, extended('a'), extended('a'), extended('a', 2))).toEqual([
    '499 for 5',
    '=499 for 5',
    '499 INSUFFICIENT_BALANCE',
  ]);
  await ask(ledger, paid('p2', '1'));
  expect(await ask(ledger, extended('a', 2), extended('a'))).toEqual(['599 for 6', '=499 for 5']);
  expect(await ask(ledger, released('a'), extended('a', 3), extended('nobody'))).toEqual([
    'left 0',
    'AUTHORIZATION_ENDED',
    'AUTHORIZATION_NOT_FOUND',
  ]);
});

test('a release leaves what the call will cost until its usage comes, which charges and releases in one event', async () => {
  const memory = log();
  const ledger = ledgerOn(memory);
  await ask(ledger, opened(), paid('p1', '5'), asked('a'), released('a', 61.5));
  expect(exposure(ledger)).toBe('0.62 for 0, 1 unsettled');
  const before = memory.events().length;
  await ask(ledger, used('u1', '0.62', { authorizationId: 'a' }));
  expect(memory.events()).toHaveLength(before + 1);
  expect(exposure(ledger)).toBe('nothing');
  expect(settlements(memory.events())).toEqual([{ state: 'settled' }]);
});

test('usage that is not the last of its call is charged instead of what is held, and the call stays one', async () => {
  const ledger = ledgerOn(log());
  await ask(ledger, opened(), paid('p1', '5'), asked('a'), used('u1', '1', { authorizationId: 'a', final: false }));
  expect(exposure(ledger)).toBe('2.01 for 1, 0 unsettled');
  expect(await ask(ledger, extended('a'))).toEqual(['499 for 4']);
  expect(await ask(ledger, used('u2', '4', { authorizationId: 'a' }), released('a'))).toEqual(['recorded', 'over']);
  expect(exposure(ledger)).toBe('nothing');
});

test('usage that names nothing of the account is charged and flagged, and so is what was more than was held', async () => {
  const memory = log();
  const ledger = ledgerOn(memory);
  await ask(ledger, opened(), paid('p1', '9'), asked('a'), asked('b'));
  await ask(
    ledger,
    used('u1', '0.1', { authorizationId: 'nobody' }),
    used('u2', '0.1', { authorizationId: 'a', direction: 'outbound' }),
    used('u3', '3.51', { authorizationId: 'a' }),
    used('u4', '0.1', { authorizationId: 'a' }),
    used('u5', '0.1'),
  );
  expect(settlements(memory.events())).toEqual([
    { state: 'unknown' },
    { state: 'unknown' },
    { state: 'settled', overrun: '0.5' },
    { state: 'ended' },
    undefined,
  ]);
  expect(exposure(ledger)).toBe('3.01 for 1, 0 unsettled');
  expect(formatAmount(ledger.table.partner('acme')?.account.totals.inbound.usage ?? 0n)).toBe('3.81');
});

test('what is granted ends when nobody has told an end by then, two minutes of ringing after its seconds, once; what it may cost stays', async () => {
  const memory = log();
  const ledger = ledgerOn(memory);
  const expiry: Intent = { type: 'ExpireCall', data: { accountId: 'acme', authorizationId: 'a' } };
  await ask(ledger, opened(), paid('p1', '5'), asked('a', { requestedSeconds: 30 }));
  const now = (seconds: number) => ledger.table.expired(Date.parse('2026-01-31T12:00:00.000Z') + seconds * 1_000, 9);
  expect(now(149.999)).toEqual([]);
  expect(now(150)).toEqual([{ accountId: 'acme', authorizationId: 'a' }]);
  expect(await askLater(ledger, later(expiry, 149))).toEqual(['over']);
  expect(await ask(ledger, extended('a'))).toEqual(['330 for 3.31']);
  expect(await askLater(ledger, later(expiry, 150))).toEqual(['over']);
  expect(await askLater(ledger, later(expiry, 450), later(expiry, 450))).toEqual(['expired', 'over']);
  expect([now(9_999), exposure(ledger)]).toEqual([[], '3.31 for 0, 1 unsettled']);
  expect(await ask(ledger, extended('a', 2), released('a', 9))).toEqual(['AUTHORIZATION_ENDED', 'left 0.09']);
  await ask(ledger, used('write-off', '0', { authorizationId: 'a' }));
  expect([exposure(ledger), settlements(memory.events())]).toEqual(['nothing', [{ state: 'settled' }]]);
});

test('a lost call without a limit holds nothing: its end leaves nothing to be written off', async () => {
  const ledger = ledgerOn(log());
  await ask(ledger, opened({ balances: [] }), asked('a'));
  const expiry: Intent = { type: 'ExpireCall', data: { accountId: 'acme', authorizationId: 'a' } };
  expect(await askLater(ledger, later(expiry, 86_400))).toEqual(['expired']);
  expect(exposure(ledger)).toBe('nothing');
});

test('where the rule counts what is held, a call may block the next, and cuts none that goes on', async () => {
  const ledger = ledgerOn(log());
  await ask(
    ledger,
    opened({ balances: ['inbound'], countReservations: true, callsInProgress: 'cut-now' }),
    paid('p1', '1'),
  );
  expect(await ask(ledger, asked('a'), asked('b'))).toEqual(['99 for 1', '0 BLOCKED']);
  const decided = () =>
    ledger.table.pending().map(({ type, data }) => [type, data.exhausted.join(), data.callsInProgress]);
  expect(decided().slice(-1)).toEqual([['TrafficBlocked', 'inbound', 'let-run']]);
  await ask(ledger, released('a'), used('u1', '1'));
  expect(decided().slice(-2)).toEqual([
    ['TrafficUnblocked', '', undefined],
    ['TrafficBlocked', 'inbound', 'cut-now'],
  ]);
});

describe('both legs of a call from an account to itself', () => {
  const out = { direction: 'outbound' } as const;
  const money: Intent[] = [paid('p1', '5'), { type: 'RecordPayment', data: { ...prepayment, paymentId: 'p2' } }];

  test('are held, counted and settled each by itself', async () => {
    const memory = log();
    const ledger = ledgerOn(memory);
    await ask(ledger, opened({ balances: ['inbound', 'outbound'] }), ...money);
    expect(await ask(ledger, asked('c-in'), asked('c-out', out))).toEqual(['300 for 3.01', '199 for 2']);
    expect(ledger.table.partner('acme')?.held?.calls).toEqual({ inbound: 1, outbound: 1 });
    expect(await ask(ledger, extended('c-out'), extended('c-in'))).toEqual(['199 INSUFFICIENT_BALANCE', '499 for 5']);
    await ask(ledger, released('c-in', 60), released('c-out', 60));
    await ask(
      ledger,
      used('c/in', '0.6', { authorizationId: 'c-in' }),
      used('c/out', '0.6', { ...out, authorizationId: 'c-out' }),
    );
    expect([exposure(ledger), settlements(memory.events())]).toEqual([
      'nothing',
      [{ state: 'settled' }, { state: 'settled' }],
    ]);
  });

  test('are two calls of the most that it may have at a time, and need two ids', async () => {
    const ledger = ledgerOn(log());
    const reservation = { sliceSeconds: 60, maxConcurrent: 1 };
    await ask(ledger, opened({ balances: ['inbound', 'outbound'], reservation }), ...money);
    expect(await ask(ledger, asked('c-in'), asked('c-in', out), asked('c-out', out))).toEqual([
      '60 for 0.61',
      'ID_CONFLICT',
      '0 MAX_CONCURRENT',
    ]);
  });

  test('where its net credit guards, the leg that lowers it is limited, and the other is not', async () => {
    const ledger = ledgerOn(log());
    await ask(ledger, opened({ balances: ['mutual'], mutualFormula: 'inbound-minus-outbound' }), paid('p1', '1'));
    expect(await ask(ledger, asked('c-in'), asked('c-out', out))).toEqual(['99 for 1', 'no limit for 0']);
    expect(exposure(ledger)).toBe('1 for 1, 0 unsettled');
  });
});
