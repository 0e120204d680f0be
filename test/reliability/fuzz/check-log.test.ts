import { checkHistory, checkLog } from './check-log';
import { acknowledgements, event, events, faultsOf, opening, payment, rule, told } from './check-log.fixture';

type Told = ReturnType<typeof told>;

const faults = (log: object[], said: Told[]): string[] =>
  faultsOf((report) => {
    for (const one of said) report.acknowledge(one);
    checkLog(log, [], report);
  });
const [opened, paid, ruled, reversed] = acknowledgements as [Told, Told, Told, Told];
const again = (one: Told, body: object): Told => ({ ...one, isNew: false, body });

test('a log that holds what was acknowledged, each once, passes', () => {
  expect(faults(events, acknowledgements)).toEqual([]);
});

test.each([
  ['an amount written otherwise', again(paid, { ...payment, amount: '5.00' })],
  ['keys in another order', again(paid, Object.fromEntries(Object.entries(payment).reverse()))],
  ['an opening with the default rule spelt out', again(opened, { ...opening, cutoff: { balances: [] } })],
  ['a rule with its limits spelt out', again(ruled, { ...rule, creditLimits: { inbound: '5.0', mutual: '0' } })],
  [
    'the rule of the opening, before there was another',
    { ...again(opened, { balances: [] }), type: 'CutoffChanged', id: undefined, since: 2 },
  ],
])('a duplicate that means the same passes: %s', (_what, duplicate) => {
  expect(faults(events, [...acknowledgements, duplicate])).toEqual([]);
});

test('a duplicate with its time to more digits passes', () => {
  const timed = (paidAt: string) => ({ ...payment, paidAt });
  const log = events.map((one, index) => (index === 1 ? { ...one, data: timed('2026-01-31T12:00:00.5Z') } : one));
  const first = { ...paid, body: timed('2026-01-31T12:00:00.5Z') };
  const same = again(paid, timed('2026-01-31T12:00:00.500Z'));
  const other = again(paid, timed('2026-01-31T12:00:00.050Z'));
  expect(faults(log, [opened, first, ruled, reversed, same])).toEqual([]);
  expect(faults(log, [opened, first, ruled, reversed, other])).toEqual([expect.stringMatching(/^changed/)]);
});

test.each([
  ['acknowledged as new, with other content', { ...paid, body: { ...payment, amount: '5.0' } }, /^changed/],
  ['acknowledged at another revision', { ...paid, revision: 7 }, /^lost/],
  ['acknowledged where nothing stands', { ...paid, position: '9' }, /^lost/],
  ['acknowledged of another account', { ...paid, accountId: 'globex' }, /^lost/],
  ['acknowledged under another id', { ...paid, id: 'p2' }, /^lost/],
])('sees an entry %s', (_what, wrong, fault) => {
  expect(faults(events, [opened, wrong, ruled, reversed])[0]).toMatch(fault);
});

test.each([
  ['another amount', again(paid, { ...payment, amount: '50' }), /^changed/],
  ['another direction', again(paid, { ...payment, direction: 'outbound' }), /^changed/],
  ['a field more', again(paid, { ...payment, reference: 'x' }), /^changed/],
  ['another id', again({ ...paid, id: 'p2' }, { ...payment, paymentId: 'p2' }), /^lost/],
  ['another kind', again({ ...paid, type: 'UsageCharged' }, payment), /^lost/],
  ['another name', again(opened, { ...opening, name: 'Acme' }), /^changed/],
  ['another rule', again(ruled, { ...rule, creditLimits: {} }), /^changed/],
  [
    'a rule that was replaced',
    { ...again(opened, { balances: [] }), type: 'CutoffChanged', id: undefined },
    /^not in force/,
  ],
])('sees what is told to be a duplicate and is not: %s', (_what, wrong, fault) => {
  expect(faults(events, [...acknowledgements, wrong])).toEqual([expect.stringMatching(fault)]);
});

test('sees what nobody was told of', () => {
  expect(faults(events, [opened, ruled, reversed])).toEqual([expect.stringMatching(/^at 2 stands what nobody/)]);
});

test('sees an id that is in the log twice, and two who were told that theirs is new', () => {
  const twice = [...events, event(5, 'PaymentRecorded', payment)];
  expect(faults(twice, [...acknowledgements, told(5, { type: 'PaymentRecorded', data: payment })])).toEqual([
    'PaymentRecorded acme p1 is in the log twice',
  ]);
  expect(faults(events, [...acknowledgements, paid])).toEqual(['two were told that theirs is new at 2']);
});

test('sees an entry in another currency than that of its account', () => {
  const dollars = { ...payment, currency: 'USD' };
  const log = events.map((one, index) => (index === 1 ? { ...one, data: dollars } : one));
  expect(faults(log, [opened, { ...paid, body: dollars }, ruled, reversed])).toEqual([
    expect.stringMatching(/^at 2 of account-acme, which is kept in EUR/),
  ]);
});

test('sees a history that is not the log', () => {
  const historyFaults = (served: object[]) =>
    faultsOf((report) => {
      checkHistory(events, served, report);
    });
  expect(historyFaults(events)).toEqual([]);
  expect(historyFaults(events.slice(1))).toEqual([expect.stringMatching(/^history does not serve 1 /)]);
  expect(historyFaults([...events, events[1] ?? {}])).toEqual([
    expect.stringMatching(/^history serves what the log has not/),
  ]);
});
