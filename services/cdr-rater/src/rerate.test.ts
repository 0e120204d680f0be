import { formatAmount, parseAmount } from '@tollgate/money';
import type { AccountView } from '@tollgate/contracts';
import { effectOf, rateCdr, rerate } from './index';
import type { Correction, RerateResult } from './index';
import { call, partnersWith } from './partners.fixture';

type Entry = { type: string; data: Record<string, unknown>; numbers?: string };

const charged = (fields: object = {}): Entry[] =>
  rateCdr(partnersWith('0.6'), { ...call, legs: ['inbound'], ...fields }).usages.map((data) => ({
    type: 'UsageCharged',
    data,
  }));

const january = { from: new Date('2026-01-01T00:00:00Z'), until: new Date('2026-02-01T00:00:00Z') };
const by = { destination: '44', reason: 'wrong deck', actor: 'finance' };
const now = (history: readonly Entry[], perMinute = '0.3', selection: object = {}): RerateResult =>
  rerate(partnersWith(perMinute), history, { ...by, ...january, ...selection });

/** The events of corrections, as far as they were recorded. */
const eventsOf = (corrections: readonly Correction[]): Entry[] =>
  corrections.flatMap(({ reversal, after }) => [
    ...(reversal === undefined ? [] : [{ type: 'EntryReversed', data: reversal }]),
    { type: 'UsageCharged', data: after },
  ]);

test('usage that costs something else now is taken back and charged again as /r2', () => {
  const history = charged({ attributes: { authorizationInbound: 'a1', trunk: 'x' } });
  expect(now(history)).toEqual({
    chosen: 1,
    faults: [],
    corrections: [
      {
        before: history[0]?.data,
        reversal: {
          ...{ reversalId: 'c1/in/rerated', accountId: 'acme', of: { kind: 'usage', id: 'c1/in' } },
          ...{ reason: 'wrong deck', actor: 'finance' },
        },
        after: expect.objectContaining({
          ...{ usageId: 'c1/in/r2', amount: '0.155', durationSeconds: 30.5 },
          attributes: { trunk: 'x', cdrId: 'c1', prefix: '44', rerates: 'c1/in' },
        }) as unknown,
      },
    ],
  });
  expect(now(history).corrections[0]?.after).not.toHaveProperty('authorizationId');
});

test.each([
  ['the same price', '0.6', 1, {}],
  ['another destination', '0.3', 0, { destination: '33' }],
  ['a call before the period', '0.3', 0, { from: new Date('2026-01-31T12:00:00.001Z') }],
  ['a call at its end', '0.3', 0, { until: new Date('2026-01-31T12:00:00Z') }],
])('%s corrects nothing', (...[, perMinute, chosen, selection]) => {
  expect(now(charged(), perMinute, selection)).toEqual({ chosen, corrections: [], faults: [] });
});

test.each(['shredded', 'sealed'])('calls whose numbers are %s were passed over without a word', (numbers) => {
  const history = charged().map(({ type, data: { caller: _caller, callee: _callee, ...data } }) => ({
    type,
    data,
    numbers,
  }));
  const detail = expect.stringContaining(`its numbers are ${numbers}`) as string;
  for (const destination of ['', '4', '44', '4420'])
    expect(now(history, '0.3', { destination })).toEqual({
      ...{ chosen: 1, corrections: [], faults: [{ usageId: 'c1/in', detail }] },
    });
  const nothing = { chosen: 0, corrections: [], faults: [] };
  expect(now(history, '0.3', { destination: '33' })).toEqual(nothing);
  expect(now(history, '0.3', { until: january.from })).toEqual(nothing);
  const unnumbered = history.map(({ type, data }) => ({ type, data }));
  expect(now(unnumbered)).toEqual(nothing);
});

test('again and again: each run corrects the last usage of a call alone, and a second run of the same changes nothing', () => {
  const history = charged();
  history.push(...eventsOf(now(history).corrections));
  expect(now(history)).toEqual({ chosen: 1, corrections: [], faults: [] });
  const third = now(history, '0.9').corrections;
  expect(third).toMatchObject([
    { reversal: { of: { id: 'c1/in/r2' } }, after: { usageId: 'c1/in/r3', amount: '0.465' } },
  ]);
  history.push(...eventsOf(third));
  expect(now(history, '0.9').corrections).toEqual([]);
});

test('a run that was cut between the two is finished, and what an operator took back is left alone', () => {
  const history = charged();
  const [reversal] = eventsOf(now(history).corrections);
  if (reversal === undefined) throw new Error('nothing is corrected');
  expect(now([...history, reversal])).toMatchObject({
    chosen: 1,
    corrections: [{ reversal: undefined, after: { usageId: 'c1/in/r2', amount: '0.155' } }],
  });
  const byHand = { ...reversal, data: { ...reversal.data, reversalId: 'by-hand' } };
  expect(now([...history, byHand])).toEqual({ chosen: 0, corrections: [], faults: [] });
});

test('a call that has no price any more stays as it is, with the reason', () => {
  const [usage] = charged();
  const history = [{ type: 'UsageCharged', data: { ...usage?.data, callee: '+44905' } }];
  expect(now(history)).toEqual({
    chosen: 1,
    corrections: [],
    faults: [
      {
        usageId: 'c1/in',
        detail: 'BARRED: deck acme-in bars 4490, and a call to +44905 took place at 2026-01-31T12:00:00Z',
      },
    ],
  });
});

test('usage that cannot be charged again stays as it is: it used to be taken back, and then charged nothing', () => {
  const [usage] = charged({});
  const attributes = Object.fromEntries(Array.from({ length: 64 }, (_, index) => [`k${String(index)}`, 'v']));
  const history = [{ type: 'UsageCharged', data: { ...usage?.data, attributes } }];
  expect(now(history)).toMatchObject({
    chosen: 1,
    corrections: [],
    faults: [{ usageId: 'c1/in', detail: expect.stringContaining('at most 64 entries') as unknown }],
  });
});

test('calls that a switch gave the attribute of a second run are rated again each: all but the last used to be left out', () => {
  const attributes = { rerates: 'same' };
  const history = [...charged({ attributes }), ...charged({ cdrId: 'c2', attributes })];
  const { chosen, corrections } = now(history);
  expect(chosen).toBe(2);
  expect(corrections.map(({ after }) => after.usageId)).toEqual(['c1/in/r2', 'c2/in/r2']);
  expect(now([...history, ...eventsOf(corrections)])).toEqual({ chosen: 2, corrections: [], faults: [] });
});

const foreign = (usageId: string): Entry => ({
  type: 'UsageCharged',
  data: { usageId, accountId: 'acme', direction: 'inbound', amount: '7', currency: 'EUR' },
});

test('an id that other usage has is passed over: the call used to be taken back, and never charged again', () => {
  const history = [...charged(), foreign('c1/in/r2'), foreign('c1/in/r3')];
  const { corrections } = now(history);
  expect(corrections.map(({ after }) => after.usageId)).toEqual(['c1/in/r4']);
  history.push(...eventsOf(corrections));
  expect(now(history)).toEqual({ chosen: 1, corrections: [], faults: [] });
  history.push(foreign('c1/in/r5'));
  const next = now(history, '0.9').corrections;
  expect(next).toMatchObject([{ reversal: { of: { id: 'c1/in/r4' } }, after: { usageId: 'c1/in/r6' } }]);
  expect(now([...history, ...eventsOf(next)], '0.9').corrections).toEqual([]);
});

test('a run whose id was given away while it was cut short is finished under the next', () => {
  const history = charged();
  const [reversal] = eventsOf(now(history).corrections);
  if (reversal === undefined) throw new Error('nothing is corrected');
  expect(now([...history, reversal, foreign('c1/in/r2')]).corrections).toMatchObject([
    { reversal: undefined, after: { usageId: 'c1/in/r3' } },
  ]);
});

test('where another reversal has the id, nothing changes: the call used to be charged twice', () => {
  const of = { kind: 'usage', id: 'other' };
  const data = { reversalId: 'c1/in/rerated', accountId: 'acme', of, reason: 'r', actor: 'a' };
  expect(now([...charged(), foreign('other'), { type: 'EntryReversed', data }])).toEqual({
    chosen: 1,
    corrections: [],
    faults: [{ usageId: 'c1/in', detail: 'another reversal has the id c1/in/rerated' }],
  });
});

const account = (inbound: string, cutoff: Partial<AccountView['cutoff']>, isBlocked: boolean): AccountView => ({
  ...{ accountId: 'acme', currency: 'EUR', revision: 1, position: '1' },
  balances: { inbound, outbound: '0', mutual: formatAmount(-parseAmount(inbound)) },
  totals: {
    inbound: { payments: '0', usage: '0', adjustments: '0' },
    outbound: { payments: '0', usage: '0', adjustments: '0' },
  },
  cutoff: {
    ...{ balances: ['inbound'], mutualFormula: 'outbound-minus-inbound' },
    creditLimits: { inbound: '0', outbound: '0', mutual: '0' },
    ...cutoff,
  },
  traffic: { inbound: { state: isBlocked ? 'blocked' : 'open' }, outbound: { state: 'open' } },
});

test.each([
  ['opens it', account('-0.1', {}, true), '0.3', '0.055', [], ['inbound']],
  ['blocks it', account('0.2', {}, false), '1.2', '-0.11', ['inbound'], []],
  [
    'blocks nothing within the limit',
    account('0.2', { creditLimits: { inbound: '1', outbound: '0', mutual: '0' } }, false),
    '1.2',
    '-0.11',
    [],
    [],
  ],
  ['opens it by mutual', account('0.1', { balances: ['mutual'] }, true), '1.2', '-0.21', [], ['inbound']],
] as const)('what it does to an account: it %s', (...[, before, perMinute, inbound, blockedAfter, blockedBefore]) => {
  const effect = effectOf(before, now(charged(), perMinute).corrections);
  expect(effect).toMatchObject({ after: { inbound, outbound: '0' }, blockedAfter, blockedBefore });
  expect(parseAmount(effect.after.mutual)).toBe(-parseAmount(inbound));
});

test('what is held for calls blocks where the rule counts it: the dry run used to say that nothing would', () => {
  const exposure = { reserved: { inbound: '0.1', outbound: '0' }, calls: { inbound: 1, outbound: 0 }, unsettled: 0 };
  const blockedAfter = (countReservations?: true) =>
    effectOf({ ...account('0.4', { countReservations }, false), exposure }, now(charged(), '1.2').corrections)
      .blockedAfter;
  expect(blockedAfter(true)).toEqual(['inbound']);
  expect(blockedAfter()).toEqual([]);
});
