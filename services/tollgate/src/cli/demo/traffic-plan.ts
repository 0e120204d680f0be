import type { Payment, Usage } from '@tollgate/balance';
import { formatAmount, parseAmount } from '@tollgate/money';
import type { Amount } from '@tollgate/money';
import type { DemoPartner } from './partners';

export type DemoMessage = { kind: 'payment'; body: Payment } | { kind: 'usage'; body: Usage };

export const tickMs = 250;

/** What the rater and finance send at a tick: always the same for the same tick. */
export const messagesAt = (tick: number, partners: readonly DemoPartner[]): DemoMessage[] =>
  partners.flatMap((partner) => [...paymentsAt(tick, partner), ...callsAt(tick, partner)]);

const paymentsAt = (tick: number, { opening, payments }: DemoPartner): DemoMessage[] =>
  payments
    .filter(({ firstTick, everyTicks }) => tick >= firstTick && (tick - firstTick) % everyTicks === 0)
    .map(({ direction, amount }) => ({
      kind: 'payment',
      body: {
        paymentId: `pay-${String(tick)}`,
        accountId: opening.accountId,
        direction,
        amount,
        currency: opening.currency,
      },
    }));

const callsAt = (tick: number, { opening, calls }: DemoPartner): DemoMessage[] =>
  calls
    .filter(({ fromTick = 0, toTick = Infinity }) => tick >= fromTick && tick < toTick)
    .flatMap(({ direction, perTick, pricePerSecond }) =>
      Array.from({ length: perTick }, (_, call): DemoMessage => {
        const durationSeconds = 30 + ((tick * 37 + call * 53) % 240);
        return {
          kind: 'usage',
          body: {
            usageId: `cdr-${direction}-${String(tick)}-${String(call)}`,
            accountId: opening.accountId,
            direction,
            amount: formatAmount(parseAmount(pricePerSecond) * BigInt(durationSeconds)),
            currency: opening.currency,
            durationSeconds,
          },
        };
      }),
    );

/** Two copies of a message, whoever sent them, have one identity. */
const identityOf = ({ kind, body }: DemoMessage): string =>
  `${body.accountId} ${kind} ${'paymentId' in body ? body.paymentId : body.usageId}`;

export type Sums = Map<string, Amount>;

/** What each account must come to: `account direction kind`, every message counted once however often it was sent. */
export const expectedSums = (sent: readonly DemoMessage[]): Sums => {
  const distinct = new Map(sent.map((message) => [identityOf(message), message]));
  const sums: Sums = new Map();
  for (const { kind, body } of distinct.values()) {
    const key = sumKey(body.accountId, body.direction, kind);
    sums.set(key, (sums.get(key) ?? 0n) + parseAmount(body.amount));
  }
  return sums;
};

export const sumKey = (accountId: string, direction: string, kind: DemoMessage['kind']): string =>
  `${accountId} ${direction} ${kind}`;

export const countDistinct = (sent: readonly DemoMessage[]): number => new Set(sent.map(identityOf)).size;
