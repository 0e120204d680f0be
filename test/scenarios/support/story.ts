import type { Fields } from './api';

/** What happens in a row of a story, before it is given ids: the call that carries it, and the body. */
export type Step =
  | { does: 'open'; cutoff?: Fields }
  | { does: 'rule'; cutoff: Fields }
  | { does: 'payment' | 'usage'; direction: 'inbound' | 'outbound'; amount: string }
  | { does: 'adjustment'; direction: 'inbound' | 'outbound'; amount: string }
  | { does: 'reversal'; kind: 'payment' | 'usage' | 'adjustment'; row: number };

/** A row: what happens, the balances `inbound outbound mutual` after it, and the commands it causes, in order. */
type Row = readonly [step: Step, balances: string, ...commands: string[]];

export type Story = { name: string; rows: readonly Row[] };

export const openPostpaid: Step = { does: 'open' };

type RuleOptions = { limits?: Fields; netting?: boolean };

const settingOf = (names: string, { limits, netting }: RuleOptions): Fields => ({
  balances: names.split(' ').filter((name) => name !== ''),
  ...(limits !== undefined && { creditLimits: limits }),
  ...(netting === true && { mutualFormula: 'inbound-minus-outbound' }),
});

/** `open('inbound mutual', { limits: { inbound: '50' }, netting: true })` */
export const open = (names: string, options: RuleOptions = {}): Step => ({
  does: 'open',
  cutoff: settingOf(names, options),
});
export const rule = (names: string, options: RuleOptions = {}): Step => ({
  does: 'rule',
  cutoff: settingOf(names, options),
});

const moving =
  (does: 'payment' | 'usage' | 'adjustment', direction: 'inbound' | 'outbound') =>
  (amount: string): Step => ({ does, direction, amount });

export const theyPay = moving('payment', 'inbound');
export const wePay = moving('payment', 'outbound');
/** Calls that the account originates on us. */
export const theyCall = moving('usage', 'inbound');
/** Calls that we terminate on the account. */
export const weCall = moving('usage', 'outbound');
export const adjustInbound = moving('adjustment', 'inbound');
export const adjustOutbound = moving('adjustment', 'outbound');

/** Reverses what an earlier row of the story did (rows count from 0, the opening). */
export const undo = (kind: 'payment' | 'usage' | 'adjustment', row: number): Step => ({ does: 'reversal', kind, row });

/** Where a row is sent; a rule goes to the account's own. */
export const pathOf = {
  open: '/v1/accounts',
  payment: '/v1/payments',
  usage: '/v1/usage',
  adjustment: '/v1/adjustments',
  reversal: '/v1/reversals',
} as const;

export const eventTypeOf = {
  open: 'AccountOpened',
  rule: 'CutoffChanged',
  payment: 'PaymentRecorded',
  usage: 'UsageCharged',
  adjustment: 'BalanceAdjusted',
  reversal: 'EntryReversed',
} as const satisfies Record<Step['does'], string>;

const idOf = (kind: string, row: number): string => `${kind}-${String(row)}`;

/** The body that a row sends. */
export const bodyOf = (step: Step, accountId: string, row: number): Fields => {
  switch (step.does) {
    case 'open':
      return { accountId, currency: 'EUR', ...(step.cutoff && { cutoff: step.cutoff }) };
    case 'rule':
      return step.cutoff;
    case 'payment':
    case 'usage':
    case 'adjustment': {
      const { does, direction, amount } = step;
      const said = does === 'adjustment' ? { reason: 'correction', actor: 'finance' } : {};
      return { [`${does}Id`]: idOf(does, row), accountId, direction, amount, currency: 'EUR', ...said };
    }
    case 'reversal': {
      const of = { kind: step.kind, id: idOf(step.kind, step.row) };
      return { reversalId: idOf('reversal', row), accountId, of, reason: 'a mistake', actor: 'finance' };
    }
  }
};
