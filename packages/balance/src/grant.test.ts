import { parseAmount } from '@tollgate/money';
import { grantFor } from './grant';
import type { Granted, Tariff } from './grant';
import { cutoffOf, nothingHeld } from './index';
import type { Account, Balance, Direction, MutualFormula } from './index';

/** A cent a second, each second by itself. */
const cents: Tariff = {
  priceOf: (seconds) => BigInt(seconds) * parseAmount('0.01'),
  secondsPaidBy: (amount) => (amount < 0n ? 0 : Number(amount / parseAmount('0.01'))),
};
const free: Tariff = { priceOf: () => 0n, secondsPaidBy: () => Infinity };

type Case = {
  balances: Balance[];
  formula?: MutualFormula;
  direction?: Direction;
  inbound?: string;
  outbound?: string;
  heldInbound?: string;
  heldOutbound?: string;
  tariff?: Tariff | undefined;
  mostSeconds?: number;
};

const grant = (given: Case): Granted => {
  const { balances, formula, direction = 'inbound', inbound = '0', outbound = '0', mostSeconds = 300 } = given;
  const totals = (payments: string) => ({ payments: parseAmount(payments), usage: 0n, adjustments: 0n });
  const account: Account = {
    accountId: 'acme',
    currency: 'EUR',
    cutoff: cutoffOf({ balances, mutualFormula: formula, creditLimits: { mutual: '0.05' } }),
    totals: { inbound: totals(inbound), outbound: totals(outbound) },
  };
  const held = nothingHeld();
  held.reserved.inbound = parseAmount(given.heldInbound ?? '0');
  held.reserved.outbound = parseAmount(given.heldOutbound ?? '0');
  const tariff = 'tariff' in given ? given.tariff : cents;
  return grantFor({ account, held, direction, leastSeconds: 2, mostSeconds, tariff });
};

const words = (granted: Granted): string =>
  'reason' in granted ? `${granted.reason} ${granted.exhausted.join()}`.trim() : String(granted.seconds ?? 'no limit');

/** A credit limit of 0.05 stands beside mutual; of n seconds, n + 1 are held. The README has this table. */
const net = 'inbound-minus-outbound';
test.each<[string, Case, string]>([
  ['postpaid', { balances: [] }, 'no limit'],
  ['postpaid, outbound', { balances: [], direction: 'outbound' }, 'no limit'],
  ['postpaid without a price', { balances: [], tariff: undefined }, 'no limit'],
  ['inbound pays', { balances: ['inbound'], inbound: '1' }, '99'],
  ['inbound pays no more than the slice', { balances: ['inbound'], inbound: '100' }, '300'],
  ['inbound pays the three seconds that a grant of two holds', { balances: ['inbound'], inbound: '0.03' }, '2'],
  ['inbound pays less', { balances: ['inbound'], inbound: '0.0299999999' }, 'INSUFFICIENT_BALANCE inbound'],
  ['inbound, some of it held', { balances: ['inbound'], inbound: '1', heldInbound: '0.4' }, '59'],
  [
    'inbound, all of it held',
    { balances: ['inbound'], inbound: '1', heldInbound: '1' },
    'INSUFFICIENT_BALANCE inbound',
  ],
  ['inbound does not care what is held for outbound', { balances: ['inbound'], inbound: '1', heldOutbound: '1' }, '99'],
  ['outbound does not guard inbound calls', { balances: ['outbound'], inbound: '1' }, 'no limit'],
  ['inbound does not guard outbound calls', { balances: ['inbound'], direction: 'outbound' }, 'no limit'],
  ['outbound pays', { balances: ['outbound'], direction: 'outbound', outbound: '1', heldOutbound: '0.5' }, '49'],
  ['nothing of outbound is left', { balances: ['outbound'], direction: 'outbound' }, 'INSUFFICIENT_BALANCE outbound'],
  ['mutual guards no outbound call', { balances: ['mutual'], direction: 'outbound' }, 'no limit'],
  ['mutual is raised by inbound calls: no limit', { balances: ['mutual'], outbound: '0.01' }, 'no limit'],
  ['mutual has nothing left', { balances: ['mutual'], inbound: '0.05' }, 'INSUFFICIENT_BALANCE mutual'],
  ['mutual is held for outbound calls', { balances: ['mutual'], heldOutbound: '0.05' }, 'INSUFFICIENT_BALANCE mutual'],
  ['mutual is not held for inbound calls', { balances: ['mutual'], heldInbound: '9' }, 'no limit'],
  ['net credit: mutual pays', { balances: ['mutual'], formula: net, inbound: '1' }, '104'],
  ['net credit: what is owed lowers it', { balances: ['mutual'], formula: net, inbound: '1', outbound: '0.5' }, '54'],
  ['net credit: inbound calls hold it', { balances: ['mutual'], formula: net, inbound: '1', heldInbound: '1' }, '4'],
  [
    'net credit: outbound calls raise it, once they are billed',
    { balances: ['mutual'], formula: net, inbound: '1', heldOutbound: '1' },
    '104',
  ],
  ['net credit guards no outbound call', { balances: ['mutual'], formula: net, direction: 'outbound' }, 'no limit'],
  ['the least of two', { balances: ['inbound', 'mutual'], formula: net, inbound: '1', outbound: '0.5' }, '54'],
  ['the other is the least', { balances: ['inbound', 'mutual'], formula: net, inbound: '0.5', outbound: '-9' }, '49'],
  [
    'inbound pays, and mutual has nothing left',
    { balances: ['inbound', 'mutual'], inbound: '1' },
    'INSUFFICIENT_BALANCE mutual',
  ],
  [
    'inbound pays, and mutual has something left',
    { balances: ['inbound', 'mutual'], inbound: '1', outbound: '2' },
    '99',
  ],
  [
    'nothing is left of both',
    { balances: ['inbound', 'mutual'], formula: net, inbound: '-1' },
    'INSUFFICIENT_BALANCE inbound,mutual',
  ],
  ['a free call is granted the slice', { balances: ['inbound'], inbound: '0.01', tariff: free }, '300'],
  ['a call without a price', { balances: ['inbound'], inbound: '1', tariff: undefined }, 'NO_PRICE'],
  ['no more than is asked for', { balances: ['inbound'], inbound: '1', mostSeconds: 30 }, '30'],
])('%s', (_case, given, expected) => {
  expect(words(grant(given))).toBe(expected);
});

test('what is granted holds the price of one second more', () => {
  expect(grant({ balances: ['inbound'], inbound: '1', mostSeconds: 30 })).toEqual({
    seconds: 30,
    reserved: parseAmount('0.31'),
  });
});
