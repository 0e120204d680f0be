import type { ClosedStatement, Metadata } from '@tollgate/balance';
import { accountStream } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';

const metadata: Metadata = { source: { receivedAt: '2026-01-31T12:00:00.000Z' } };
const none = { opening: '0', payments: '0', usage: '0', adjustments: '0', closing: '0' };

/** The statement of that number of an account, whatever its figures: a table knows where it stands, and no more. */
export const closedAs = (accountId: string, number: number): { stream: string; event: LogEvent } => {
  const data: ClosedStatement = {
    ...{ statementId: `s${String(number)}`, accountId, number, to: '2026-02-01T00:00:00Z' },
    ...{ fromRevision: number - 1, throughRevision: number - 1, entries: 0 },
    figures: { inbound: none, outbound: none },
  };
  return { stream: accountStream(accountId), event: { type: 'StatementClosed', data, metadata } };
};
