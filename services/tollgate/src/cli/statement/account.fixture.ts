import type { AuditedEvent } from '../audited-events';
import { collectStatement } from './collect';
import type { Wanted } from './collect';
import { utcDays } from './days';
import type { Statement } from './statement';

type Told = { type: string; data: object; at?: string; numbers?: 'shredded' | 'sealed' };

/** The events of acme, of which the first opens it. */
const eventsOf = (told: readonly Told[]): AuditedEvent[] =>
  told.map(({ type, data, at = '2026-01-31T12:00:00.000Z', numbers }, revision) => ({
    ...{ stream: 'account-acme', revision, eventId: `e${String(revision)}`, type, recordedAt: at, receivedAt: at },
    data: { accountId: 'acme', ...data },
    numbers,
  }));

export const opening: Told = {
  type: 'AccountOpened',
  data: { currency: 'EUR', name: 'Acme' },
  at: '2026-01-01T00:00:00Z',
};
const about = { direction: 'inbound', currency: 'EUR' };
const entry = (type: string, data: object, at: string | undefined): Told => ({
  ...{ type, data: { ...about, ...data } },
  ...(at !== undefined && { at }),
});
/** When it was recorded, and what else its body says. */
type More = { at?: string } & Record<string, unknown>;

export const payment = (paymentId: string, amount: string, { at, ...more }: More = {}): Told =>
  entry('PaymentRecorded', { paymentId, amount, ...more }, at);
export const usage = (usageId: string, amount: string, { at, ...more }: More = {}): Told =>
  entry('UsageCharged', { usageId, amount, ...more }, at);
export const adjustment = (adjustmentId: string, amount: string, { at }: More = {}): Told =>
  entry('BalanceAdjusted', { adjustmentId, amount, reason: 'fee', actor: 'ann' }, at);
export const reversal = (reversalId: string, of: { kind: string; id: string }, { at }: More = {}): Told =>
  entry('EntryReversed', { reversalId, of, reason: 'twice', actor: 'ann' }, at);

export const statementOf = (told: readonly Told[], wanted: Partial<Wanted> = {}): Promise<Statement> =>
  collectStatement(
    { accountId: 'acme', days: utcDays, ...wanted },
    (async function* () {
      for (const event of eventsOf(told)) yield await Promise.resolve(event);
    })(),
  );
