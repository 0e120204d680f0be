import type { AccountOpening, Direction } from '@tollgate/balance';

type Calls = { direction: Direction; perTick: number; pricePerSecond: string; fromTick?: number; toTick?: number };
type Payments = { direction: Direction; amount: string; firstTick: number; everyTicks: number };

/** A partner of the demonstration: its rule, what it sends us and is sent, and who pays when. A tick is a quarter of a second. */
export type DemoPartner = { opening: AccountOpening; calls: Calls[]; payments: Payments[] };

/** The same traffic for both netting partners: under the two formulas it comes to opposite ends (DESIGN 2.5). */
const bothWays: Calls[] = [
  { direction: 'inbound', perTick: 2, pricePerSecond: '0.0007' },
  { direction: 'outbound', perTick: 5, pricePerSecond: '0.0007', fromTick: 20, toTick: 50 },
  { direction: 'outbound', perTick: 4, pricePerSecond: '0.0007', fromTick: 75, toTick: 100 },
];

export const demoPartners: DemoPartner[] = [
  {
    opening: {
      accountId: 'northwind',
      name: 'Northwind (prepaid)',
      currency: 'EUR',
      cutoff: { balances: ['inbound'] },
    },
    calls: [{ direction: 'inbound', perTick: 3, pricePerSecond: '0.0005' }],
    payments: [{ direction: 'inbound', amount: '8', firstTick: 6, everyTicks: 44 }],
  },
  {
    opening: {
      accountId: 'halcyon',
      name: 'Halcyon (credit limit 5)',
      currency: 'USD',
      cutoff: { balances: ['inbound'], creditLimits: { inbound: '5' } },
    },
    calls: [{ direction: 'inbound', perTick: 2, pricePerSecond: '0.0006' }],
    payments: [{ direction: 'inbound', amount: '6.5', firstTick: 48, everyTicks: 36 }],
  },
  {
    opening: { accountId: 'meridian', name: 'Meridian (netting)', currency: 'EUR', cutoff: { balances: ['mutual'] } },
    calls: bothWays,
    payments: [],
  },
  {
    opening: {
      accountId: 'castell',
      name: 'Castell (netting, net credit)',
      currency: 'EUR',
      cutoff: { balances: ['mutual'], creditLimits: { mutual: '2' }, mutualFormula: 'inbound-minus-outbound' },
    },
    calls: bothWays,
    payments: [],
  },
  {
    opening: { accountId: 'seaward', name: 'Seaward (we prepay)', currency: 'GBP', cutoff: { balances: ['outbound'] } },
    calls: [{ direction: 'outbound', perTick: 2, pricePerSecond: '0.0005' }],
    payments: [{ direction: 'outbound', amount: '5', firstTick: 12, everyTicks: 52 }],
  },
  {
    opening: { accountId: 'oldtown', name: 'Oldtown (postpaid)', currency: 'EUR' },
    calls: [{ direction: 'inbound', perTick: 3, pricePerSecond: '0.0009' }],
    payments: [],
  },
];
