import { accountStream, streamPrefixes } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { RecordedEvent } from '@tollgate/event-store';
import { parseAmount } from '@tollgate/money';

/** What is wrong with an event in an account's stream that can be folded, but by the rules is in no account. */
export const faultOfAccount = (
  { stream, type, data }: RecordedEvent<LogEvent>,
  currencyOf: (accountId: string) => string | undefined,
): string | undefined => {
  if (!stream.startsWith(streamPrefixes.account) || !('accountId' in data)) return undefined;
  if (stream !== accountStream(data.accountId)) return `an event of account ${data.accountId} stands in ${stream}`;
  const currency = currencyOf(data.accountId);
  if ('currency' in data && data.currency !== currency)
    return `an amount in ${data.currency} stands in ${stream}, which is kept in ${currency ?? 'none'}`;
  return 'amount' in data ? faultOfSign(type, data.amount) : undefined;
};

const faultOfSign = (type: LogEvent['type'], text: string): string | undefined => {
  const amount = parseAmount(text);
  if (type === 'PaymentRecorded' && amount <= 0n) return `a payment of ${text}, which is not above zero`;
  return type === 'UsageCharged' && amount < 0n ? `usage of ${text}, which is below zero` : undefined;
};
