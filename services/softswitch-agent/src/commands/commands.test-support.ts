import type { TrafficCommand } from '@tollgate/contracts';

/** `acme/inbound#3 block`: what it says, with the least else. */
export const commandOf = (
  text: string,
  callsInProgress?: NonNullable<TrafficCommand['callsInProgress']>,
): TrafficCommand => {
  const [, accountId = '', direction = '', sequence = '', verb = ''] = /^(.+)\/(.+)#(\d+) (.+)$/.exec(text) ?? [];
  return {
    type: verb === 'block' ? 'BlockTraffic' : 'UnblockTraffic',
    commandId: text,
    accountId,
    direction: direction === 'inbound' ? 'inbound' : 'outbound',
    sequence: Number(sequence),
    exhausted: [],
    balances: { inbound: '0', outbound: '0', mutual: '0' },
    currency: 'EUR',
    ...(callsInProgress !== undefined && { callsInProgress }),
    cause: { type: 'UsageCharged', eventId: 'e', stream: `account-${accountId}`, revision: 1 },
    decidedAt: '2026-01-31T12:00:00.000Z',
  };
};
