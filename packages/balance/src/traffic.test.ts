import type { AccountEvent } from './index';
import { unjudged } from './one-row.fixture';
import {
  acknowledgeAll,
  adjusted,
  decidedAt,
  edgesOf,
  opened,
  openedWith,
  paid,
  play,
  reversed,
  ruled,
  used,
} from './story.fixture';

const prepaid = openedWith('inbound');

describe('traffic turns on the event that moves a balance across the boundary (DESIGN 2.4)', () => {
  test.each<[string, AccountEvent[], string[][]]>([
    ['a payment opens', [prepaid, paid('inbound', '10')], [['block inbound (inbound)'], ['unblock inbound']]],
    [
      'usage down to exactly zero blocks',
      [prepaid, paid('inbound', '10'), used('inbound', '10')],
      [['block inbound (inbound)'], ['unblock inbound'], ['block inbound (inbound)']],
    ],
    [
      'usage that leaves something does nothing',
      [prepaid, paid('inbound', '10'), used('inbound', '9.9999999999')],
      [['block inbound (inbound)'], ['unblock inbound'], []],
    ],
    [
      'an adjustment down blocks and one up opens',
      [openedWith('outbound'), paid('outbound', '5'), adjusted('outbound', '-5'), adjusted('outbound', '0.1')],
      [['block outbound (outbound)'], ['unblock outbound'], ['block outbound (outbound)'], ['unblock outbound']],
    ],
    [
      'a payment reversed blocks',
      [prepaid, paid('inbound', '10'), reversed('payment', 'inbound', '10')],
      [['block inbound (inbound)'], ['unblock inbound'], ['block inbound (inbound)']],
    ],
    [
      'usage reversed opens',
      [prepaid, paid('inbound', '10'), used('inbound', '10'), reversed('usage', 'inbound', '10')],
      [['block inbound (inbound)'], ['unblock inbound'], ['block inbound (inbound)'], ['unblock inbound']],
    ],
    [
      'an adjustment reversed takes back what it gave',
      [prepaid, adjusted('inbound', '3'), reversed('adjustment', 'inbound', '3')],
      [['block inbound (inbound)'], ['unblock inbound'], ['block inbound (inbound)']],
    ],
    [
      'an adjustment down reversed gives back what it took',
      [prepaid, paid('inbound', '1'), adjusted('inbound', '-3'), reversed('adjustment', 'inbound', '-3')],
      [['block inbound (inbound)'], ['unblock inbound'], ['block inbound (inbound)'], ['unblock inbound']],
    ],
  ])('%s', (_story, events, edges) => {
    expect(edgesOf(...events)).toEqual(edges);
  });

  test('usage of a blocked or overdrawn account is charged all the same (DESIGN 2.6)', () => {
    const { judgement, steps } = play([
      prepaid,
      used('inbound', '2'),
      used('inbound', '3'),
      paid('inbound', '5'),
      paid('inbound', '0.5'),
    ]);
    expect(judgement.account?.totals.inbound).toEqual({
      payments: 55_000_000_000n,
      usage: 50_000_000_000n,
      adjustments: 0n,
    });
    expect(steps.map(({ length }) => length)).toEqual([1, 0, 0, 0, 1]);
  });

  test('usage at no price turns nothing, open or blocked', () => {
    expect(edgesOf(prepaid, used('inbound', '0'), paid('inbound', '1'), used('inbound', '0'))).toEqual([
      ['block inbound (inbound)'],
      [],
      ['unblock inbound'],
      [],
    ]);
  });

  test('a change in which balances are exhausted is no edge while the direction stays blocked', () => {
    const both = opened({ balances: ['inbound', 'mutual'] });
    expect(
      edgesOf(both, paid('inbound', '10'), paid('outbound', '11'), used('inbound', '10'), used('outbound', '30')),
    ).toEqual([['block inbound (inbound, mutual)'], [], ['unblock inbound'], ['block inbound (inbound)'], []]);
  });

  test('one payment to them can open both directions, inbound first', () => {
    expect(edgesOf(openedWith('outbound', 'mutual'), paid('outbound', '10'))).toEqual([
      ['block inbound (mutual)', 'block outbound (outbound)'],
      ['unblock inbound', 'unblock outbound'],
    ]);
  });

  test('one event can block one direction and open the other', () => {
    const netting = opened({
      balances: ['outbound', 'mutual'],
      mutualFormula: 'inbound-minus-outbound',
      creditLimits: { mutual: '5' },
    });
    expect(edgesOf(netting, paid('outbound', '5'))).toEqual([
      ['block outbound (outbound)'],
      ['block inbound (mutual)', 'unblock outbound'],
    ]);
  });

  test('traffic in one direction does not turn the other unless mutual says so', () => {
    expect(edgesOf(prepaid, paid('outbound', '10'), used('outbound', '20'))).toEqual([
      ['block inbound (inbound)'],
      [],
      [],
    ]);
  });
});

describe('traffic turns on a change of the rule (DESIGN 2.4)', () => {
  test.each<[string, AccountEvent[], string[][]]>([
    [
      'switching the rule off unblocks',
      [prepaid, ruled({ balances: [] })],
      [['block inbound (inbound)'], ['unblock inbound']],
    ],
    [
      'switching it off unblocks both directions',
      [openedWith('inbound', 'outbound'), ruled({ balances: [] })],
      [
        ['block inbound (inbound)', 'block outbound (outbound)'],
        ['unblock inbound', 'unblock outbound'],
      ],
    ],
    [
      'switching it on judges what was used before',
      [opened(), used('inbound', '1'), ruled({ balances: ['inbound'] })],
      [[], [], ['block inbound (inbound)']],
    ],
    [
      'moving it from inbound to outbound moves the block',
      [prepaid, ruled({ balances: ['outbound'] })],
      [['block inbound (inbound)'], ['unblock inbound', 'block outbound (outbound)']],
    ],
    [
      'moving it from inbound to mutual is no edge while both are exhausted',
      [prepaid, ruled({ balances: ['mutual'] })],
      [['block inbound (inbound)'], []],
    ],
    [
      'more credit opens, and less credit blocks again',
      [
        prepaid,
        used('inbound', '5'),
        ruled({ balances: ['inbound'], creditLimits: { inbound: '5' } }),
        ruled({ balances: ['inbound'], creditLimits: { inbound: '5.0000000001' } }),
        ruled({ balances: ['inbound'], creditLimits: { inbound: '4.9999999999' } }),
      ],
      [['block inbound (inbound)'], [], [], ['unblock inbound'], ['block inbound (inbound)']],
    ],
    [
      'the other formula turns the sign, and with it the traffic',
      [
        openedWith('mutual'),
        paid('inbound', '1'),
        ruled({ balances: ['mutual'], mutualFormula: 'inbound-minus-outbound' }),
      ],
      [['block inbound (mutual)'], [], ['unblock inbound']],
    ],
  ])('%s', (_story, events, edges) => {
    expect(edgesOf(...events)).toEqual(edges);
  });
});

describe('a decision', () => {
  test('carries the balances, the currency and its cause', () => {
    const { decisions } = play([prepaid, paid('inbound', '100'), used('inbound', '100.50')]);
    expect(decisions.at(-1)).toEqual({
      type: 'TrafficBlocked',
      data: {
        accountId: 'acme',
        direction: 'inbound',
        sequence: 3,
        exhausted: ['inbound'],
        balances: { inbound: '-0.5', outbound: '0', mutual: '0.5' },
        currency: 'EUR',
        cause: { type: 'UsageCharged', eventId: 'event-2', stream: 'account-acme', revision: 2 },
        decidedAt,
      },
      metadata: {},
    });
  });

  test('names nothing as exhausted when traffic opens', () => {
    const [, opening] = play([prepaid, paid('inbound', '1')]).decisions;
    expect(opening).toMatchObject({ type: 'TrafficUnblocked', data: { exhausted: [], sequence: 2 } });
  });

  test('is numbered from 1, rising by one per account over both directions', () => {
    const { decisions } = play([
      openedWith('inbound', 'outbound'),
      paid('outbound', '1'),
      paid('inbound', '1'),
      used('outbound', '1'),
    ]);
    expect(decisions.map(({ data }) => [data.sequence, data.direction])).toEqual([
      [1, 'inbound'],
      [2, 'outbound'],
      [3, 'outbound'],
      [4, 'inbound'],
      [5, 'outbound'],
    ]);
  });
});

describe('judging again', () => {
  const events = [prepaid, paid('inbound', '10'), used('inbound', '10'), used('inbound', '1'), paid('inbound', '5')];

  test('decides nothing that was decided before, and folds every event', () => {
    const first = play(events);
    const restarted = play(events, acknowledgeAll(unjudged, first.decisions));
    expect(restarted.decisions).toEqual([]);
    expect(restarted.judgement).toEqual(first.judgement);
  });

  test('goes on after the last decision that reached the log', () => {
    const first = play(events);
    const restarted = play(events, acknowledgeAll(unjudged, first.decisions.slice(0, 2)));
    expect(restarted.decisions).toEqual(first.decisions.slice(2));
    expect(restarted.judgement).toEqual(first.judgement);
  });

  test('makes up for the second decision of an event whose first alone reached the log', () => {
    const both = [openedWith('inbound', 'outbound'), paid('inbound', '1')];
    const first = play(both);
    const restarted = play(both, acknowledgeAll(unjudged, first.decisions.slice(0, 1)));
    expect(restarted.decisions).toEqual(first.decisions.slice(1));
  });

  test('an acknowledged decision sets its direction, its sequence and how far was judged, and keeps the fold', () => {
    const { judgement, decisions } = play([openedWith('outbound')]);
    const after = acknowledgeAll({ ...unjudged, account: judgement.account }, decisions);
    expect(after).toEqual({
      account: judgement.account,
      traffic: { inbound: 'open', outbound: 'blocked' },
      sequence: 1,
      judgedThrough: 0,
    });
  });
});
