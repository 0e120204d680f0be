import type { Direction } from '@tollgate/balance';
import { parseAmount } from '@tollgate/money';
import type { Amount } from '@tollgate/money';
import type { AuditedEvent } from './audited-events';

/** What a balance is made of: payments − usage + adjustments. */
export const totalNames = ['payments', 'usage', 'adjustments'] as const;
export type TotalName = (typeof totalNames)[number];

/** What an event adds to a total; a reversal, what it takes back, with the other sign. */
export type Movement = {
  kind: string;
  id: string;
  total: TotalName;
  direction: Direction;
  amount: Amount;
  /** Of a call, and of what takes it back: its destination, as its rater says. */
  prefix?: string;
};

/** What it adds to the balance of its direction. */
export const effectOf = ({ total, amount }: Pick<Movement, 'total' | 'amount'>): Amount =>
  total === 'usage' ? -amount : amount;

const kinds: Readonly<Record<string, { kind: string; total: TotalName; id: string }>> = {
  PaymentRecorded: { kind: 'payment', total: 'payments', id: 'paymentId' },
  UsageCharged: { kind: 'usage', total: 'usage', id: 'usageId' },
  BalanceAdjusted: { kind: 'adjustment', total: 'adjustments', id: 'adjustmentId' },
};

/**
 * Makes a reader of events, one after another from the first of an account on; `undefined` for those that move nothing. Throws
 * `RangeError` for an amount that is none, and for a reversal of what was never recorded.
 */
export const createMovements = (): ((accountId: string, event: AuditedEvent) => Movement | undefined) => {
  const entries = new Map<string, Movement>();
  return (accountId, { type, data }) => {
    const known = kinds[type];
    if (known !== undefined) {
      const { kind, total, id: idField } = known;
      const id = String(data[idField]);
      const amount = parseAmount(String(data['amount']));
      const prefix = prefixIn(data['attributes']);
      const direction = data['direction'] as Direction;
      const movement = { kind, id, total, direction, amount, ...(prefix !== undefined && { prefix }) };
      entries.set(JSON.stringify([accountId, kind, id]), movement);
      return movement;
    }
    if (type !== 'EntryReversed') return undefined;
    const { kind = '', id } = data['of'] as { kind?: string; id?: string };
    const entry = entries.get(JSON.stringify([accountId, kind, id]));
    if (entry === undefined) throw new RangeError(`${kind} ${String(id)} is reversed, and was never recorded`);
    return { ...entry, kind: 'reversal', id: String(data['reversalId']), amount: -entry.amount };
  };
};

const prefixIn = (attributes: unknown): string | undefined => {
  const prefix: unknown =
    typeof attributes === 'object' && attributes !== null && Object.hasOwn(attributes, 'prefix')
      ? Reflect.get(attributes, 'prefix')
      : undefined;
  return typeof prefix === 'string' ? prefix : undefined;
};
