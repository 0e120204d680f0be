import {
  adjustInbound,
  adjustOutbound,
  open,
  openPostpaid,
  rule,
  theyCall,
  theyPay,
  undo,
  weCall,
  wePay,
} from './support/story';
import type { Story } from './support/story';

/**
 * The business in tables: what happens | inbound outbound mutual | the commands it causes (`block DIRECTION: exhausted
 * balances`). Every row is checked over HTTP and over Kafka.
 */
export const stories: Story[] = [
  {
    name: 'prepaid: blocked until paid, charged while blocked, opened by the next payment',
    rows: [
      [open('inbound'), '0 0 0', 'block inbound: inbound'],
      [theyPay('100'), '100 0 -100', 'unblock inbound'],
      [theyCall('40.25'), '59.75 0 -59.75'],
      [theyCall('60.25'), '-0.5 0 0.5', 'block inbound: inbound'],
      [theyCall('9.5'), '-10 0 10'],
      [theyPay('10'), '0 0 0'],
      [theyPay('0.01'), '0.01 0 -0.01', 'unblock inbound'],
    ],
  },
  {
    name: 'the boundary: exactly nothing blocks, the smallest amount opens',
    rows: [
      [open('inbound'), '0 0 0', 'block inbound: inbound'],
      [theyPay('0.0000000001'), '0.0000000001 0 -0.0000000001', 'unblock inbound'],
      [theyCall('0.0000000001'), '0 0 0', 'block inbound: inbound'],
      [theyCall('0.0000000001'), '-0.0000000001 0 0.0000000001'],
      [theyPay('0.0000000002'), '0.0000000001 0 -0.0000000001', 'unblock inbound'],
    ],
  },
  {
    name: 'postpaid: nothing is ever blocked',
    rows: [
      [openPostpaid, '0 0 0'],
      [theyCall('1000'), '-1000 0 1000'],
      [weCall('5000'), '-1000 -5000 -4000'],
      [theyPay('1'), '-999 -5000 -4001'],
    ],
  },
  {
    name: 'a rule that names no balance is postpaid too',
    rows: [
      [open(''), '0 0 0'],
      [theyCall('7'), '-7 0 7'],
    ],
  },
  {
    name: 'a credit limit: blocked when it is used up, to the last digit',
    rows: [
      [open('inbound', { limits: { inbound: '50' } }), '0 0 0'],
      [theyCall('49.9999999999'), '-49.9999999999 0 49.9999999999'],
      [theyCall('0.0000000001'), '-50 0 50', 'block inbound: inbound'],
      [theyPay('0.0000000001'), '-49.9999999999 0 49.9999999999', 'unblock inbound'],
      [rule('inbound', { limits: { inbound: '20' } }), '-49.9999999999 0 49.9999999999', 'block inbound: inbound'],
      [rule('inbound', { limits: { inbound: '49.9999999999' } }), '-49.9999999999 0 49.9999999999'],
      [rule('inbound', { limits: { inbound: '60' } }), '-49.9999999999 0 49.9999999999', 'unblock inbound'],
    ],
  },
  {
    name: 'the outbound balance guards what we terminate on them',
    rows: [
      [open('outbound'), '0 0 0', 'block outbound: outbound'],
      [wePay('30'), '0 30 30', 'unblock outbound'],
      [weCall('30'), '0 0 0', 'block outbound: outbound'],
      [theyCall('10'), '-10 0 10'],
      [wePay('5'), '-10 5 15', 'unblock outbound'],
    ],
  },
  {
    name: 'mutual, row 1: they prepaid 100 without traffic blocks',
    rows: [
      [openPostpaid, '0 0 0'],
      [theyPay('100'), '100 0 -100'],
      [rule('mutual'), '100 0 -100', 'block inbound: mutual'],
      [rule('mutual', { netting: true }), '100 0 100', 'unblock inbound'],
    ],
  },
  {
    name: 'mutual, row 2: they sent 50 unpaid is open, and blocks when netting',
    rows: [
      [openPostpaid, '0 0 0'],
      [theyCall('50'), '-50 0 50'],
      [rule('mutual'), '-50 0 50'],
      [rule('mutual', { netting: true }), '-50 0 -50', 'block inbound: mutual'],
    ],
  },
  {
    name: 'mutual, row 3: they sent 30 and we 50, both unpaid, blocks, and is open when netting',
    rows: [
      [openPostpaid, '0 0 0'],
      [theyCall('30'), '-30 0 30'],
      [weCall('50'), '-30 -50 -20'],
      [rule('mutual'), '-30 -50 -20', 'block inbound: mutual'],
      [rule('mutual', { netting: true }), '-30 -50 20', 'unblock inbound'],
    ],
  },
  {
    name: 'mutual, row 4: we prepaid 100 and they sent 50 unpaid is open, and blocks when netting',
    rows: [
      [openPostpaid, '0 0 0'],
      [wePay('100'), '0 100 100'],
      [theyCall('50'), '-50 100 150'],
      [rule('mutual'), '-50 100 150'],
      [rule('mutual', { netting: true }), '-50 100 -150', 'block inbound: mutual'],
    ],
  },
  {
    name: 'netting with credit: their traffic stops when they owe us the limit net',
    rows: [
      [open('mutual', { limits: { mutual: '100' }, netting: true }), '0 0 0'],
      [theyCall('90'), '-90 0 -90'],
      [weCall('40'), '-90 -40 -50'],
      [theyCall('50'), '-140 -40 -100', 'block inbound: mutual'],
      [weCall('0.1'), '-140 -40.1 -99.9', 'unblock inbound'],
      [wePay('40.1'), '-140 0 -140', 'block inbound: mutual'],
      [theyPay('140'), '0 0 0', 'unblock inbound'],
    ],
  },
  {
    name: 'one event turns both directions, inbound first',
    rows: [
      [openPostpaid, '0 0 0'],
      [theyCall('5'), '-5 0 5'],
      [weCall('5'), '-5 -5 0'],
      [rule('inbound outbound'), '-5 -5 0', 'block inbound: inbound', 'block outbound: outbound'],
      [
        rule('inbound outbound', { limits: { inbound: '6', outbound: '6' } }),
        '-5 -5 0',
        'unblock inbound',
        'unblock outbound',
      ],
      [rule('outbound mutual'), '-5 -5 0', 'block inbound: mutual', 'block outbound: outbound'],
      [wePay('5.1'), '-5 0.1 5.1', 'unblock inbound', 'unblock outbound'],
      [weCall('5.2'), '-5 -5.1 -0.1', 'block inbound: mutual', 'block outbound: outbound'],
      [rule(''), '-5 -5.1 -0.1', 'unblock inbound', 'unblock outbound'],
    ],
  },
  {
    name: 'two balances guard one direction: another reason to stay blocked is no edge',
    rows: [
      [open('inbound mutual'), '0 0 0', 'block inbound: inbound,mutual'],
      [theyPay('10'), '10 0 -10'],
      [wePay('20'), '10 20 10', 'unblock inbound'],
      [theyCall('10'), '0 20 20', 'block inbound: inbound'],
      [weCall('20'), '0 0 0'],
      [theyPay('1'), '1 0 -1'],
      [rule('inbound'), '1 0 -1', 'unblock inbound'],
    ],
  },
  {
    name: 'all three balances at once',
    rows: [
      [open('inbound outbound mutual'), '0 0 0', 'block inbound: inbound,mutual', 'block outbound: outbound'],
      [theyPay('5'), '5 0 -5'],
      [wePay('6'), '5 6 1', 'unblock inbound', 'unblock outbound'],
      [weCall('1'), '5 5 0', 'block inbound: mutual'],
      [weCall('5'), '5 0 -5', 'block outbound: outbound'],
    ],
  },
  {
    name: 'switching the rule off unblocks, and on again blocks',
    rows: [
      [open('inbound'), '0 0 0', 'block inbound: inbound'],
      [rule(''), '0 0 0', 'unblock inbound'],
      [theyCall('3'), '-3 0 3'],
      [rule('inbound'), '-3 0 3', 'block inbound: inbound'],
    ],
  },
  {
    name: 'adjustments move a balance both ways',
    rows: [
      [open('inbound outbound'), '0 0 0', 'block inbound: inbound', 'block outbound: outbound'],
      [adjustInbound('2.5'), '2.5 0 -2.5', 'unblock inbound'],
      [adjustOutbound('0.5'), '2.5 0.5 -2', 'unblock outbound'],
      [adjustInbound('-2.5'), '0 0.5 0.5', 'block inbound: inbound'],
      [adjustOutbound('-1'), '0 -0.5 -0.5', 'block outbound: outbound'],
    ],
  },
  {
    name: 'reversals undo each kind of entry, and are judged like any event',
    rows: [
      [open('inbound'), '0 0 0', 'block inbound: inbound'],
      [theyPay('10'), '10 0 -10', 'unblock inbound'],
      [theyCall('4'), '6 0 -6'],
      [adjustInbound('-1'), '5 0 -5'],
      [undo('payment', 1), '-5 0 5', 'block inbound: inbound'],
      [undo('usage', 2), '-1 0 1'],
      [undo('adjustment', 3), '0 0 0'],
      [theyPay('3'), '3 0 -3', 'unblock inbound'],
    ],
  },
  {
    name: 'free calls are charged at nothing and turn nothing',
    rows: [
      [open('inbound'), '0 0 0', 'block inbound: inbound'],
      [theyCall('0'), '0 0 0'],
      [theyPay('1'), '1 0 -1', 'unblock inbound'],
      [theyCall('0.0000000000'), '1 0 -1'],
      [undo('usage', 1), '1 0 -1'],
    ],
  },
  {
    name: 'the largest amounts stay exact',
    rows: [
      [open('inbound'), '0 0 0', 'block inbound: inbound'],
      [
        theyPay('999999999999999999.9999999999'),
        '999999999999999999.9999999999 0 -999999999999999999.9999999999',
        'unblock inbound',
      ],
      [theyPay('999999999999999999.9999999999'), '1999999999999999999.9999999998 0 -1999999999999999999.9999999998'],
      [theyCall('0.0000000001'), '1999999999999999999.9999999997 0 -1999999999999999999.9999999997'],
    ],
  },
];
