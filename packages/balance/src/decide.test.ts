import { cutoffOf, decide } from './index';
import type { AccountEvent, Command, CutoffSetting, Known, Metadata } from './index';
import { adjusted, opened, paid, reversed, used } from './story.fixture';

const metadata: Metadata = {
  source: { receivedAt: '2026-02-01T09:00:00.000Z', channel: { kafka: { topic: 'usage', partition: 3 } } },
  offset: '41',
};
const later: Metadata = { source: { receivedAt: '2026-02-02T09:00:00.000Z', channel: { http: 'request-2' } }, line: 7 };
const under = (cutoff: CutoffSetting | undefined, currency = 'EUR'): Known => ({
  account: { currency, cutoff: cutoffOf(cutoff) },
});
const euros = under(undefined);
const named = { reason: 'billing error', actor: 'finance' };

const payment = { paymentId: 'p1', accountId: 'acme', direction: 'inbound', amount: '100', currency: 'EUR' } as const;
const usage = { usageId: 'u1', accountId: 'acme', direction: 'outbound', amount: '0.0125', currency: 'EUR' } as const;
const adjustment = {
  adjustmentId: 'a1',
  accountId: 'acme',
  direction: 'inbound',
  amount: '-1',
  currency: 'EUR',
  ...named,
} as const;
const reversal = { reversalId: 'r1', accountId: 'acme', of: { kind: 'payment', id: 'p1' }, ...named } as const;
const opening = {
  accountId: 'acme',
  name: 'Acme',
  currency: 'EUR',
  cutoff: { balances: ['inbound', 'mutual'] },
} as const;

const records: [Extract<AccountEvent['type'], `${string}ed`>, Command][] = [
  ['PaymentRecorded', { type: 'RecordPayment', data: payment }],
  ['UsageCharged', { type: 'ChargeUsage', data: usage }],
  ['BalanceAdjusted', { type: 'AdjustBalance', data: adjustment }],
];

const rejectionOf = (command: Command, known: Known) => {
  const decision = decide(command, known, metadata);
  if (decision.outcome !== 'rejected') throw new Error(`${command.type} was ${decision.outcome}`);
  return decision.rejection;
};

describe('a record', () => {
  test.each(records)(
    'becomes one %s with the body as accepted, when it was received and how it came',
    (type, command) => {
      expect(decide(command, euros, metadata)).toEqual({
        outcome: 'accepted',
        event: { type, data: command.data, metadata },
      });
    },
  );

  test.each(records)('that would become a second %s with the same content changes nothing', (type, command) => {
    const first = { type, data: command.data, metadata } as AccountEvent;
    expect(decide(command, { ...euros, first }, later)).toEqual({ outcome: 'unchanged' });
  });

  test.each<[string, AccountEvent, Command]>([
    ['payment p1', paid('inbound', '100'), { type: 'RecordPayment', data: { ...payment, amount: '101' } }],
    ['usage u1', used('outbound', '1'), { type: 'ChargeUsage', data: usage }],
    ['adjustment a1', adjusted('inbound', '-2'), { type: 'AdjustBalance', data: adjustment }],
    ['reversal r1', reversed('usage', 'inbound', '1', 'p1'), { type: 'ReverseEntry', data: reversal }],
  ])('that brings other content under the used id of %s is a conflict that shows both', (name, first, command) => {
    expect(rejectionOf(command, { ...euros, first })).toEqual({
      code: 'ID_CONFLICT',
      detail: `${name} of account acme was recorded with other content; ids are for ever`,
      existing: first.data,
      received: command.data,
    });
  });

  test.each(records)('of an account that is not open is refused (%s)', (_type, command) => {
    expect(rejectionOf(command, { account: undefined })).toEqual({
      code: 'ACCOUNT_NOT_FOUND',
      detail: 'account acme is not open; open it with POST /v1/accounts',
    });
  });

  test.each(records)('in another currency than the account is kept in is refused (%s)', (_type, command) => {
    expect(rejectionOf(command, under(undefined, 'USD'))).toEqual({
      code: 'CURRENCY_MISMATCH',
      detail: 'currency: account acme is kept in USD, not EUR',
    });
  });

  test('sent again in another currency is a conflict, for its id is taken', () => {
    const first = paid('inbound', '100');
    expect(
      rejectionOf({ type: 'RecordPayment', data: { ...payment, currency: 'USD' } }, { ...euros, first }).code,
    ).toBe('ID_CONFLICT');
  });
});

describe('a reversal', () => {
  const reverse: Command = { type: 'ReverseEntry', data: reversal };

  test.each([
    [paid('outbound', '100.50'), { direction: 'outbound', amount: '100.50' }],
    [used('inbound', '0'), { direction: 'inbound', amount: '0' }],
    [adjusted('inbound', '-3'), { direction: 'inbound', amount: '-3' }],
  ] as const)('carries the direction and the amount of what it takes back, of %j', (original, taken) => {
    expect(decide(reverse, { ...euros, original }, metadata)).toEqual({
      outcome: 'accepted',
      event: { type: 'EntryReversed', data: reversal, metadata: { ...metadata, reversed: taken } },
    });
  });

  test('of an entry that is not there is refused', () => {
    expect(rejectionOf(reverse, euros)).toEqual({
      code: 'ORIGINAL_NOT_FOUND',
      detail: 'of: there is no payment p1 of account acme to reverse',
    });
  });

  test('of an entry that was reversed before is refused with the reversal that did it', () => {
    expect(rejectionOf(reverse, { ...euros, original: paid('inbound', '100'), reversedBy: 'r0' })).toEqual({
      code: 'ALREADY_REVERSED',
      detail: 'of: payment p1 of account acme was reversed before, by reversal r0',
    });
  });

  test('sent again is the same reversal, not a second one', () => {
    const original = paid('inbound', '100');
    const decision = decide(reverse, { ...euros, original }, metadata);
    if (decision.outcome !== 'accepted') throw new Error('the reversal is good');
    expect(decide(reverse, { ...euros, first: decision.event, original, reversedBy: 'r1' }, later)).toEqual({
      outcome: 'unchanged',
    });
  });

  test('of an account that is not open is refused', () => {
    expect(rejectionOf(reverse, { account: undefined }).code).toBe('ACCOUNT_NOT_FOUND');
  });
});

describe('opening an account', () => {
  const open = (data: Extract<Command, { type: 'OpenAccount' }>['data']): Command => ({ type: 'OpenAccount', data });
  const first: AccountEvent = { type: 'AccountOpened', data: opening, metadata };
  const known: Known = { ...under(opening.cutoff), first };

  test('is accepted once', () => {
    expect(decide(open(opening), { account: undefined }, metadata)).toEqual({ outcome: 'accepted', event: first });
  });

  test('again with the same content, the rule by meaning, changes nothing', () => {
    const limits = { inbound: '0', outbound: '0.00', mutual: '0' };
    const spelled = {
      balances: ['mutual', 'inbound'],
      creditLimits: limits,
      mutualFormula: 'outbound-minus-inbound',
    } as const;
    expect(decide(open(opening), known, later)).toEqual({ outcome: 'unchanged' });
    expect(decide(open({ ...opening, cutoff: spelled }), known, later)).toEqual({ outcome: 'unchanged' });
  });

  test('without a rule is the same as with a rule that names no balance', () => {
    expect(
      decide(
        open({ accountId: 'acme', currency: 'EUR', cutoff: { balances: [] } }),
        { ...euros, first: { ...first, data: { accountId: 'acme', currency: 'EUR' } } },
        later,
      ),
    ).toEqual({ outcome: 'unchanged' });
  });

  test.each([
    { ...opening, currency: 'USD' },
    { ...opening, name: 'Other' },
    { ...opening, name: undefined },
    { ...opening, cutoff: undefined },
    { ...opening, cutoff: { balances: ['inbound'] as const } },
    { ...opening, cutoff: { balances: ['inbound', 'mutual'] as const, creditLimits: { mutual: '1' } } },
  ])('again as %j is refused, showing both and how a rule is changed', (data) => {
    expect(rejectionOf(open(data), known)).toEqual({
      code: 'ACCOUNT_EXISTS',
      detail: 'account acme was opened with other content; its rule changes with PUT /v1/accounts/acme/cutoff',
      existing: opening,
      received: data,
    });
  });

  test('again as it was opened is the same account even after its rule was changed', () => {
    const changed: Known = { ...under({ balances: [] }), first };
    expect(decide(open(opening), changed, later)).toEqual({ outcome: 'unchanged' });
  });
});

describe('changing a rule', () => {
  const change = (data: Extract<Command, { type: 'ChangeCutoff' }>['data']): Command => ({
    type: 'ChangeCutoff',
    accountId: 'acme',
    data,
  });

  test('records the rule as it was written', () => {
    const rule = { balances: ['mutual', 'inbound'], creditLimits: { inbound: '5.00' } } as const;
    expect(decide(change(rule), under(undefined), metadata)).toEqual({
      outcome: 'accepted',
      event: { type: 'CutoffChanged', data: rule, metadata },
    });
  });

  test.each([
    [undefined, { balances: [] }],
    [{ balances: ['inbound'] as const }, { balances: ['inbound'] as const, creditLimits: { inbound: '0.0' } }],
    [
      { balances: ['mutual', 'inbound'] as const, creditLimits: { mutual: '5' } },
      {
        balances: ['inbound', 'mutual'] as const,
        creditLimits: { mutual: '5.00' },
        mutualFormula: 'outbound-minus-inbound' as const,
      },
    ],
  ])('from %j to %j changes nothing and records nothing', (before, rule) => {
    expect(decide(change(rule), under(before), metadata)).toEqual({ outcome: 'unchanged' });
  });

  test('is a change even where only a limit of a balance that does not cut differs', () => {
    const decision = decide(
      change({ balances: ['inbound'], creditLimits: { mutual: '1' } }),
      under({ balances: ['inbound'] }),
      metadata,
    );
    expect(decision.outcome).toBe('accepted');
  });

  test('of an account that is not open is refused', () => {
    expect(rejectionOf(change({ balances: [] }), { account: undefined }).detail).toContain('account acme is not open');
  });

  test('back to an earlier rule is a change again', () => {
    const first = opened({ balances: ['inbound'] });
    expect(decide(change({ balances: ['inbound'] }), { ...under({ balances: [] }), first }, metadata).outcome).toBe(
      'accepted',
    );
  });
});
