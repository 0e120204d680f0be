import { statementKey, statementNumberKey } from '@tollgate/account-table';
import { isBefore } from '@tollgate/balance';
import type { AccountEvent, Metadata, StatementClosing } from '@tollgate/balance';
import type { CloseStatement, Planned } from './intent';
import { accountEventOf, firstUnder, isNew } from './look-up';
import type { Found, LookUpParts } from './look-up';
import { draftEvent } from './overlay';
import type { Draft } from './overlay';

type Closing = { intent: CloseStatement; metadata: Metadata };

/** Decides the closing of a statement: an id counts once, and an event of the account is in one statement at most. */
export const decideStatement = async (
  parts: LookUpParts,
  draft: Draft,
  { intent: { data, reading }, metadata }: Closing,
): Promise<Planned> => {
  if (draft.account === undefined)
    return rejected('ACCOUNT_NOT_FOUND', `account ${data.accountId} is not open; open it with POST /v1/accounts`);
  const key = statementKey(data);
  const first = isNew(parts.table, draft, key) ? undefined : await firstUnder(parts, draft, key);
  if (first !== undefined) return repeatOf(draft, first, data);
  const { previous } = reading;
  const next = { accountId: data.accountId, number: (previous?.number ?? 0) + 1 };
  if (await isOvertaken(parts, draft, next)) return { status: 'refused' };
  if (previous !== undefined && !isBefore(previous.to, data.to))
    return rejected(
      'STATEMENT_PERIOD_INVALID',
      `to: statement ${previous.statementId} of account ${data.accountId} covers what was recorded before ${previous.to}; say a later time`,
    );
  // While it waited for its turn, more may have been recorded before `to`.
  await reading.readOn();
  const closed = reading.closed();
  if (closed.throughRevision < 0)
    return rejected('STATEMENT_PERIOD_INVALID', `to: account ${data.accountId} was not open before ${data.to}`);
  const event: AccountEvent = { type: 'StatementClosed', data: closed, metadata };
  return { status: 'drafted', revision: draftEvent(draft, event, key), isDuplicate: false };
};

/** Whether another statement of the account was closed since it was read, or is in this group: then it must be read anew. */
const isOvertaken = async (
  parts: LookUpParts,
  draft: Draft,
  { accountId, number }: { accountId: string; number: number },
): Promise<boolean> => {
  if (draft.events.some(({ type }) => type === 'StatementClosed')) return true;
  const key = statementNumberKey({ accountId, number });
  return !isNew(parts.table, draft, key) && (await firstUnder(parts, draft, key)) !== undefined;
};

const repeatOf = (draft: Draft, found: Found, data: StatementClosing): Planned => {
  const first = accountEventOf(draft, found);
  if (first.type !== 'StatementClosed') throw new Error(`${first.type} is no statement`);
  const { accountId, statementId, to } = first.data;
  if (isBefore(to, data.to) || isBefore(data.to, to)) {
    const detail = `statement ${statementId} of account ${accountId} was closed with other content; ids are for ever`;
    const received = { statementId, to: data.to };
    return { status: 'rejected', rejection: { code: 'ID_CONFLICT', detail, existing: first.data, received } };
  }
  const { revision, recorded } = found;
  if (recorded === undefined) return { status: 'drafted', revision, isDuplicate: true };
  return { status: 'recorded', isDuplicate: true, revision, position: recorded.position };
};

const rejected = (code: 'ACCOUNT_NOT_FOUND' | 'STATEMENT_PERIOD_INVALID', detail: string): Planned => ({
  status: 'rejected',
  rejection: { code, detail },
});
