import type { AccountEvent, Direction, Metadata } from '@tollgate/balance';
import { accountStream } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';

/** What happens to calls, as events. */
const source: Metadata['source'] = { receivedAt: '2026-01-31T12:00:00.000Z' };
const metadata: Metadata = { source };

type Given = { stream: string; event: LogEvent };

export type TestCall = { accountId: string; authorizationId: string; direction: Direction };

export type CallStep =
  | { do: 'place'; reserved: string; isUnlimited: boolean }
  | { do: 'extend'; reserved: string }
  | { do: 'release'; reserved: string }
  | { do: 'expire' }
  | { do: 'use'; amount: string; isLast: boolean };

/** Minutes after twelve. */
const minutes = (number: number): string => `2026-01-31T12:${String(number % 60).padStart(2, '0')}:00.000Z`;

/** The `nth` event of all. */
export const called = (call: TestCall, step: CallStep, nth: number): Given => ({
  stream: accountStream(call.accountId),
  event: callEvent(call, step, nth),
});

/** The reversal of usage that was not the last of its call. */
export const takenBack = (
  { accountId, authorizationId, direction }: TestCall,
  { id, amount, reserved }: { id: string; amount: string; reserved: string },
  nth: number,
): Given => ({
  stream: accountStream(accountId),
  event: {
    type: 'EntryReversed',
    data: {
      ...{ reversalId: `back-${String(nth)}`, accountId, of: { kind: 'usage', id } },
      ...{ reason: 'wrong', actor: 'test' },
    },
    metadata: { ...metadata, reversed: { direction, amount }, restored: { authorizationId, reserved } },
  },
});

export const interimUsageId = (nth: number): string => `of-call-${String(nth)}`;

const callEvent = (call: TestCall, step: CallStep, nth: number): AccountEvent => {
  const { direction, ...named } = call;
  const grant = { seconds: nth + 2, expiresAt: minutes(nth) };
  switch (step.do) {
    case 'place': {
      const { reserved, isUnlimited } = step;
      const granted = isUnlimited ? { ...grant, seconds: null, reserved: '0' } : { ...grant, reserved };
      const data = {
        ...call,
        currency: 'EUR',
        deck: 'retail',
        callee: '+4420',
        callId: `call ${String(nth)}`,
        grant: granted,
      };
      return { type: 'ReservationPlaced', data, metadata };
    }
    case 'extend':
      return {
        type: 'ReservationExtended',
        data: { ...named, number: nth, grant: { ...grant, reserved: step.reserved } },
        metadata,
      };
    case 'release':
      return {
        type: 'ReservationReleased',
        data: { ...named, usedSeconds: 1, reserved: step.reserved },
        metadata: { source: { receivedAt: minutes(nth) } },
      };
    case 'expire':
      return { type: 'ReservationExpired', data: named, metadata };
    case 'use':
      return {
        type: 'UsageCharged',
        data: { ...call, usageId: interimUsageId(nth), amount: step.amount, currency: 'EUR', final: step.isLast },
        metadata: { ...metadata, authorization: { state: step.isLast ? 'settled' : 'reduced' } },
      };
  }
};
