import { accountStream, streamPrefixes } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { RecordedEvent } from '@tollgate/event-store';

/** What is wrong with an event in an account's stream that can be folded, but is of another account or in another currency. */
export const faultOfAccount = (
  { stream, data }: RecordedEvent<LogEvent>,
  currencyOf: (accountId: string) => string | undefined,
): string | undefined => {
  if (!stream.startsWith(streamPrefixes.account) || !('accountId' in data)) return undefined;
  if (stream !== accountStream(data.accountId)) return `an event of account ${data.accountId} stands in ${stream}`;
  const currency = currencyOf(data.accountId);
  return 'currency' in data && data.currency !== currency
    ? `an amount in ${data.currency} stands in ${stream}, which is kept in ${currency ?? 'none'}`
    : undefined;
};
