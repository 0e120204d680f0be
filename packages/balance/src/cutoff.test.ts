import { balanceTexts, cutoffOf } from './index';
import type { AccountEvent, Balance, Direction, MutualFormula } from './index';
import { isSameCutoff } from './cutoff';
import { exhausted } from './one-row.fixture';
import { adjusted, edgesOf, opened, openedWith, paid, play, reversed, ruled, used } from './story.fixture';

const smallest = '0.0000000001';

describe('the mutual balance (DESIGN 2.5)', () => {
  type Row = {
    story: string;
    events: AccountEvent[];
    inbound: string;
    outbound: string;
    mutual: Record<MutualFormula, [balance: string, traffic: 'blocked' | 'open']>;
  };
  const rows: Row[] = [
    {
      story: 'they prepaid 100, no traffic',
      events: [paid('inbound', '100')],
      inbound: '100',
      outbound: '0',
      mutual: { 'outbound-minus-inbound': ['-100', 'blocked'], 'inbound-minus-outbound': ['100', 'open'] },
    },
    {
      story: 'they sent 50 unpaid',
      events: [used('inbound', '50')],
      inbound: '-50',
      outbound: '0',
      mutual: { 'outbound-minus-inbound': ['50', 'open'], 'inbound-minus-outbound': ['-50', 'blocked'] },
    },
    {
      story: 'they sent 30 unpaid, we sent them 50 unpaid',
      events: [used('inbound', '30'), used('outbound', '50')],
      inbound: '-30',
      outbound: '-50',
      mutual: { 'outbound-minus-inbound': ['-20', 'blocked'], 'inbound-minus-outbound': ['20', 'open'] },
    },
    {
      story: 'we prepaid them 100, they sent 50 unpaid',
      events: [paid('outbound', '100'), used('inbound', '50')],
      inbound: '-50',
      outbound: '100',
      mutual: { 'outbound-minus-inbound': ['150', 'open'], 'inbound-minus-outbound': ['-150', 'blocked'] },
    },
  ];
  const table = rows.flatMap((row) =>
    (['outbound-minus-inbound', 'inbound-minus-outbound'] as const).map((formula) => {
      const [mutual, traffic] = row.mutual[formula];
      return { ...row, formula, mutual, traffic };
    }),
  );

  test.each(table)('$story: by $formula it is $mutual and traffic is $traffic', (row) => {
    const { judgement } = play([opened({ balances: ['mutual'], mutualFormula: row.formula }), ...row.events]);
    expect(judgement.account && balanceTexts(judgement.account)).toEqual({
      inbound: row.inbound,
      outbound: row.outbound,
      mutual: row.mutual,
    });
    expect(judgement.traffic).toEqual({ inbound: row.traffic, outbound: 'open' });
  });

  test.each(table)('$story: by $formula it is $mutual even where no balance can cut', (row) => {
    const { judgement } = play([opened({ balances: [], mutualFormula: row.formula }), ...row.events]);
    expect(judgement.account && balanceTexts(judgement.account).mutual).toBe(row.mutual);
    expect(judgement.traffic).toEqual({ inbound: 'open', outbound: 'open' });
  });
});

describe('the boundary (DESIGN 2.3)', () => {
  /** Brings the guarding balance from 0 to the amount, by an adjustment of the direction that moves it. */
  const guarded: [Balance, Direction][] = [
    ['inbound', 'inbound'],
    ['outbound', 'outbound'],
    ['mutual', 'outbound'],
  ];
  const trafficOf: Record<Balance, Direction> = { inbound: 'inbound', outbound: 'outbound', mutual: 'inbound' };
  const cases = guarded.flatMap(([balance, moved]) =>
    (
      [
        ['0', 'blocked'],
        [smallest, 'open'],
        [`-${smallest}`, 'blocked'],
      ] as const
    ).map(([amount, state]) => ({ balance, moved, amount, state })),
  );
  const to = (direction: Direction, amount: string): AccountEvent[] =>
    amount === '0' ? [] : [adjusted(direction, amount)];

  test.each(cases)('$balance at $amount is $state', ({ balance, moved, amount, state }) => {
    const { judgement } = play([openedWith(balance), ...to(moved, amount)]);
    expect(judgement.traffic).toEqual({ inbound: 'open', outbound: 'open', [trafficOf[balance]]: state });
  });

  test.each(cases)(
    '$balance with a credit limit of 10 is $state at −10 and $amount',
    ({ balance, moved, amount, state }) => {
      const rule = { balances: [balance], creditLimits: { [balance]: '10' } };
      const { judgement } = play([opened(rule), adjusted(moved, '-10'), ...to(moved, amount)]);
      expect(judgement.traffic).toEqual({ inbound: 'open', outbound: 'open', [trafficOf[balance]]: state });
    },
  );

  test('a credit limit of one balance lends nothing to another', () => {
    const limits = { outbound: '10', mutual: '10' };
    expect(edgesOf(opened({ balances: ['inbound'], creditLimits: limits }))).toEqual([['block inbound (inbound)']]);
  });

  test('eighteen digits before and ten after the point are told apart at the boundary', () => {
    const huge = '999999999999999999.9999999999';
    expect(
      edgesOf(openedWith('inbound'), paid('inbound', huge), used('inbound', huge), paid('inbound', smallest, 'p2')),
    ).toEqual([['block inbound (inbound)'], ['unblock inbound'], ['block inbound (inbound)'], ['unblock inbound']]);
  });
});

describe('the boundary beyond 10²⁹, where a sum needs more than two numbers', () => {
  const largest = '999999999999999999.9999999999';
  const times = (count: number, event: (id: string) => AccountEvent): AccountEvent[] =>
    Array.from({ length: count }, (_, index) => event(String(index)));

  test('is exact: down to zero blocks, the smallest amount opens', () => {
    const payments = times(25, (id) => paid('inbound', largest, id));
    const usage = times(25, (id) => used('inbound', largest, id));
    const edges = edgesOf(openedWith('inbound'), ...payments, ...usage, paid('inbound', smallest, 'last'));
    expect(edges.flat()).toEqual([
      'block inbound (inbound)',
      'unblock inbound',
      'block inbound (inbound)',
      'unblock inbound',
    ]);
    expect(edges.at(-2)).toEqual(['block inbound (inbound)']);
  });

  test('is exact for mutual by either formula, with credit', () => {
    const outbound = times(25, (id) => paid('outbound', largest, id));
    const inbound = times(25, (id) => paid('inbound', largest, id));
    const rule = { balances: ['mutual'], creditLimits: { mutual: smallest } } as const;
    const netting = { ...rule, mutualFormula: 'inbound-minus-outbound' } as const;
    const last = adjusted('outbound', smallest);
    expect(play([opened(rule), ...inbound, ...outbound]).judgement.traffic.inbound).toBe('open');
    expect(play([opened(netting), ...inbound, ...outbound, last]).judgement.traffic.inbound).toBe('blocked');
    expect(play([opened(rule), ...outbound, ...inbound, last]).judgement.traffic.inbound).toBe('open');
  });
});

describe('what an exhausted balance blocks (DESIGN 2.2)', () => {
  test.each<[Balance[], string[]]>([
    [[], []],
    [['inbound'], ['block inbound (inbound)']],
    [['outbound'], ['block outbound (outbound)']],
    [['mutual'], ['block inbound (mutual)']],
    [
      ['inbound', 'outbound'],
      ['block inbound (inbound)', 'block outbound (outbound)'],
    ],
    [['inbound', 'mutual'], ['block inbound (inbound, mutual)']],
    [
      ['outbound', 'mutual'],
      ['block inbound (mutual)', 'block outbound (outbound)'],
    ],
    [
      ['inbound', 'outbound', 'mutual'],
      ['block inbound (inbound, mutual)', 'block outbound (outbound)'],
    ],
  ])('a new account with %j decides %j from its first event, inbound first', (balances, edges) => {
    expect(edgesOf(opened({ balances }))).toEqual([edges]);
  });

  test('a direction stays blocked while at least one balance that guards it is exhausted', () => {
    const { judgement } = play([openedWith('inbound', 'mutual'), paid('inbound', '10')]);
    expect(judgement.traffic.inbound).toBe('blocked');
    expect(judgement.account && exhausted(judgement.account, 'inbound')).toEqual(['mutual']);
  });

  test('a direction whose guard is not in the rule is open however far below zero', () => {
    expect(edgesOf(openedWith('outbound'), used('inbound', '1000000'))).toEqual([['block outbound (outbound)'], []]);
  });

  test('an account without a rule is postpaid and never blocked', () => {
    const overdrawn = [
      used('inbound', '9'),
      used('outbound', '9'),
      adjusted('inbound', '-9'),
      reversed('payment', 'inbound', '9'),
    ];
    expect(edgesOf(opened(), ...overdrawn)).toEqual([[], [], [], [], []]);
  });
});

describe('a rule', () => {
  test('is complete once read: no setting is no balance, no credit and the default formula', () => {
    const none = { inbound: 0n, outbound: 0n, mutual: 0n };
    expect(cutoffOf(undefined)).toEqual({ balances: [], creditLimits: none, mutualFormula: 'outbound-minus-inbound' });
  });

  test('names its balances in one order, whatever order they were given in', () => {
    expect(cutoffOf({ balances: ['mutual', 'outbound', 'inbound'] }).balances).toEqual([
      'inbound',
      'outbound',
      'mutual',
    ]);
  });

  test('is the same in another order, with defaults spelled out or with a limit written longer', () => {
    const spelled = { inbound: '5.00', outbound: '0', mutual: '0.0' };
    const one = cutoffOf({
      balances: ['mutual', 'inbound'],
      creditLimits: spelled,
      mutualFormula: 'outbound-minus-inbound',
    });
    expect(isSameCutoff(one, cutoffOf({ balances: ['inbound', 'mutual'], creditLimits: { inbound: '5' } }))).toBe(true);
  });

  test.each([
    { balances: ['inbound', 'outbound'] as const },
    { balances: [] },
    { balances: ['outbound'] as const },
    { balances: ['inbound'] as const, creditLimits: { inbound: smallest } },
    { balances: ['inbound'] as const, creditLimits: { outbound: '1' } },
    { balances: ['inbound'] as const, creditLimits: { mutual: '1' } },
    { balances: ['inbound'] as const, mutualFormula: 'inbound-minus-outbound' as const },
  ])('differs from ["inbound"] when it is %j', (setting) => {
    expect(isSameCutoff(cutoffOf({ balances: ['inbound'] }), cutoffOf(setting))).toBe(false);
    expect(isSameCutoff(cutoffOf(setting), cutoffOf({ balances: ['inbound'] }))).toBe(false);
  });

  test('replaced by another leaves nothing of the one before', () => {
    const before = {
      balances: ['mutual'],
      creditLimits: { mutual: '10' },
      mutualFormula: 'inbound-minus-outbound',
    } as const;
    const { judgement } = play([opened(before), ruled({ balances: ['mutual'] })]);
    expect(judgement.account?.cutoff).toEqual(cutoffOf({ balances: ['mutual'] }));
  });
});
