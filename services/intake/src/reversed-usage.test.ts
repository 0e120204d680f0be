import type { LogEvent } from '@tollgate/contracts';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import { formatAmount } from '@tollgate/money';
import { asked, extended, later, opened, paid, released, takenBack, told, used } from './calls.fixture';
import type { Intent } from './intent';
import { itemsOf, ledgerOn } from './ledger.fixture';
import type { TestLedger } from './ledger.fixture';

/** Usage of calls, taken back. At a cent a second; acme has ten cents, unless it is said. */
const begun = async (money = '0.1') => {
  const log = createMemoryEventLog<LogEvent>();
  const ledger = ledgerOn(log);
  const ask = async (...intents: Intent[]): Promise<string[]> => (await ledger.submit(itemsOf(intents))).map(told);
  await ask(opened(), paid('p1', money));
  return { ...{ log, ledger, ask }, restored: () => log.events().flatMap(restorationIn) };
};

const restorationIn = (event: LogEvent) => (event.type === 'EntryReversed' ? [event.metadata.restored] : []);
const interim = { authorizationId: 'a', final: false };
const heldIn = ({ table }: TestLedger) =>
  table
    .reservations('acme', { limit: 9 })
    ?.items.map(({ reserved, charged }) => `${formatAmount(reserved)} held, ${formatAmount(charged)} charged`);

test('usage taken back while its call goes on used to pay twice for the seconds that follow: 13 s were granted on the money of 9', async () => {
  const { ledger, log, ask, restored } = await begun();
  await ask(asked('a', { requestedSeconds: 5 }), used('u1', '0.04', interim));
  expect(heldIn(ledger)).toEqual(['0.02 held, 0.04 charged']);
  await ask(takenBack('r1', 'u1'));
  expect([heldIn(ledger), restored()]).toEqual([
    ['0.06 held, 0 charged'],
    [{ authorizationId: 'a', reserved: '0.06' }],
  ]);
  expect(await ask(extended('a'))).toEqual(['9 for 0.1']);
  const again = ledgerOn(log);
  await again.submit(itemsOf([extended('a')]));
  expect(heldIn(again)).toEqual(['0.1 held, 0 charged']);
});

test('what is taken back is held again at once: another call used to be granted it', async () => {
  const { ask } = await begun();
  await ask(asked('a'), used('u1', '0.04', interim), takenBack('r1', 'u1'));
  expect(await ask(asked('b'))).toEqual(['0 INSUFFICIENT_BALANCE']);
});

test('in one group it is the same as over several', async () => {
  const { ask } = await begun();
  const all = [asked('a', { requestedSeconds: 5 }), used('u1', '0.04', interim), takenBack('r1', 'u1'), extended('a')];
  expect((await ask(...all)).at(-1)).toBe('9 for 0.1');
});

test('no more is held again than the seconds that are granted cost, however far the usage was above', async () => {
  const { ledger, ask } = await begun('1');
  await ask(asked('a', { requestedSeconds: 5 }), used('u1', '0.5', interim), takenBack('r1', 'u1'));
  expect(heldIn(ledger)).toEqual(['0.06 held, 0 charged']);
});

test.each<[string, Intent[], string]>([
  ['released', [released('a', 5)], '0.05 held, 0 charged'],
  ['expired', [{ type: 'ExpireCall', data: { accountId: 'acme', authorizationId: 'a' } }], '0.06 held, 0 charged'],
])('of a call that is %s and waits for its usage, it is held again too', async (_how, ends, held) => {
  const { ledger, ask } = await begun();
  await ask(asked('a', { requestedSeconds: 5 }), used('u1', '0.04', interim));
  await ledger.submit(ends.map((end) => later(end, 1_000)));
  await ask(takenBack('r1', 'u1'));
  expect(heldIn(ledger)).toEqual([held]);
});

test.each<[string, Intent[]]>([
  ['the last of its call', [used('u1', '0.04', { authorizationId: 'a' })]],
  ['of a call that is over', [used('u1', '0.04', interim), used('u2', '0.01', { authorizationId: 'a' })]],
  ['of no call of its direction', [used('u1', '0.04', { ...interim, direction: 'outbound' })]],
  ['of no call', [used('u1', '0.04')]],
])('usage that was %s moves the balance alone', async (_which, usage) => {
  const { ledger, ask, restored } = await begun();
  await ask(asked('a', { requestedSeconds: 5 }), ...usage);
  const before = heldIn(ledger);
  expect(await ask(takenBack('r1', 'u1'))).toEqual(['recorded']);
  expect([heldIn(ledger), restored()]).toEqual([before, [undefined]]);
});

test('a reversal cannot be taken back, and usage only once', async () => {
  const { ledger, ask } = await begun();
  await ask(asked('a', { requestedSeconds: 5 }), used('u1', '0.04', interim), takenBack('r1', 'u1'));
  expect(await ask(takenBack('r2', 'u1'), takenBack('r1', 'u1'), takenBack('r3', 'r1'))).toEqual([
    'ALREADY_REVERSED',
    '=recorded',
    'ORIGINAL_NOT_FOUND',
  ]);
  expect(heldIn(ledger)).toEqual(['0.06 held, 0 charged']);
});

test('of a call without a limit nothing is held, before and after', async () => {
  const { ledger, ask } = await begun();
  await ask({ type: 'ChangeCutoff', accountId: 'acme', data: { balances: [] } }, asked('a'), used('u1', '1', interim));
  await ask(takenBack('r1', 'u1'));
  expect(heldIn(ledger)).toEqual(['0 held, 0 charged']);
});
