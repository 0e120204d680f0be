import { z } from 'zod';
import { callsInProgress, reservationSetting } from './accounts';
import { acknowledgedView, pendingSwitches } from './acknowledgements';
import { exposureView, restoration, settlement } from './authorizations';
import { by } from './by';
import { accountId, currency, direction, instant, recordId, shredded } from './fields';
import { balancesView } from './traffic-control';

export const revision = z.int().min(0).meta({ description: 'Place in the account\u2019s stream, from 0.' });
export const position = z.string().regex(/^\d+$/).meta({ description: 'Place in the whole log: an integer, rising.' });
export const amountText = z.string().meta({ description: 'Exact decimal, shortest form.', examples: ['100.5'] });

/** What a recorded payment, usage, adjustment or reversal is answered with, once durable. */
export const recordAnswer = z
  .strictObject({
    accountId,
    kind: z.enum(['payment', 'usage', 'adjustment', 'reversal']),
    id: recordId,
    duplicate: z.boolean(),
    revision,
    position,
    shredded: shredded.optional(),
  })
  .meta({ id: 'RecordAnswer' });
export type RecordAnswer = z.infer<typeof recordAnswer>;

/** What a dry run says of a record that would be recorded: it has no place in the log. */
export const recordForecast = recordAnswer
  .omit({ revision: true, position: true, shredded: true })
  .extend({ duplicate: z.literal(false) });
export type RecordForecast = z.infer<typeof recordForecast>;

/** What opening an account and changing its rule are answered with. */
export const accountAnswer = z
  .strictObject({ accountId, duplicate: z.boolean(), revision, position })
  .meta({ id: 'AccountAnswer' });
export type AccountAnswer = z.infer<typeof accountAnswer>;

const totalsView = z.strictObject({ payments: amountText, usage: amountText, adjustments: amountText });
const perBalance = z.strictObject({ inbound: amountText, outbound: amountText, mutual: amountText });
const balanceName = z.enum(['inbound', 'outbound', 'mutual']);

const trafficView = z.strictObject({
  state: z.enum(['open', 'blocked']),
  since: instant.optional(),
  sequence: z.int().min(1).optional(),
});

export const accountView = z
  .strictObject({
    accountId,
    name: z.string().optional(),
    currency,
    balances: balancesView,
    totals: z.strictObject({ inbound: totalsView, outbound: totalsView }),
    cutoff: z.strictObject({
      balances: z.array(balanceName),
      creditLimits: perBalance,
      mutualFormula: z.enum(['outbound-minus-inbound', 'inbound-minus-outbound']),
      reservation: reservationSetting.optional(),
      callsInProgress: callsInProgress.optional(),
      countReservations: z.literal(true).optional(),
    }),
    traffic: z.strictObject({ inbound: trafficView, outbound: trafficView }),
    exposure: exposureView.optional().meta({ description: 'Absent while nothing is held for its calls.' }),
    revision,
    position,
    asOf: z
      .strictObject({
        occurredBefore: instant.optional(),
        recordedBefore: instant.optional(),
        atPosition: position.optional(),
      })
      .optional()
      .meta({ description: 'Of an account as it was: as it was asked for. Absent of the present.' }),
  })
  .meta({ id: 'Account' });
export type AccountView = z.infer<typeof accountView>;

export const blockedView = z
  .strictObject({
    accountId,
    direction,
    since: instant,
    sequence: z.int().min(1),
    exhausted: z.array(balanceName),
    acknowledgements: z.array(acknowledgedView).optional().meta({
      description: 'What switches have told of the command that blocks; absent while none has.',
    }),
    pending: pendingSwitches.optional().meta({
      description: 'Switches named in SWITCHES that have not applied it; absent where none is.',
    }),
  })
  .meta({ id: 'BlockedTraffic' });
export type BlockedView = z.infer<typeof blockedView>;

export const historyItem = z
  .strictObject({
    position,
    revision,
    eventId: z.string(),
    type: z.enum([
      'AccountOpened',
      'CutoffChanged',
      'PaymentRecorded',
      'UsageCharged',
      'BalanceAdjusted',
      'EntryReversed',
      'ReservationPlaced',
      'ReservationExtended',
      'ReservationReleased',
      'ReservationExpired',
      'StatementClosed',
    ]),
    data: z.record(z.string(), z.unknown()).meta({ description: 'The body as accepted.' }),
    numbers: z.enum(['shredded', 'sealed']).optional().meta({
      description:
        'Why caller and callee are not in data: nobody can read them any more (shredded), or this process has no key for them (sealed).',
    }),
    receivedAt: instant,
    recordedAt: instant,
    by: by.optional(),
    authorization: settlement.optional(),
    restored: restoration.optional(),
  })
  .meta({ id: 'HistoryItem' });
export type HistoryItem = z.infer<typeof historyItem>;
