import { isAccountEvent, streamPrefixes } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { RecordedEvent } from '@tollgate/event-store';
import type { AccountEvent } from '@tollgate/balance';
import { noteEntry, noteOpening, noteRule } from './account-changes';
import type { AccountChange } from './account-changes';
import { copyLine } from './copy-text';
import { decisionRow, entryOf, entryRow, lossRow, rejectionRow } from './rows';
import type { Table } from './rows';

/** What some events, in log order, add to the tables: lines of COPY, and changes of accounts. */
export type BatchContent = { lines: Record<Table, string[]>; accounts: Map<string, AccountChange> };

export const contentOf = (events: readonly RecordedEvent<LogEvent>[]): BatchContent => {
  const content: BatchContent = {
    lines: { entries: [], traffic_decisions: [], rejected_messages: [], lost_messages: [] },
    accounts: new Map(),
  };
  for (const event of events) add(content, event);
  return content;
};

const add = (content: BatchContent, event: RecordedEvent<LogEvent>): void => {
  const { lines } = content;
  if (isAccountEvent(event)) addAccountEvent(content, event);
  else if (event.type === 'MessageRejected') lines.rejected_messages.push(copyLine(rejectionRow(event)));
  else if (event.type === 'InputLost') lines.lost_messages.push(copyLine(lossRow(event)));
  else lines.traffic_decisions.push(copyLine(decisionRow(event)));
};

const addAccountEvent = ({ lines, accounts }: BatchContent, event: RecordedEvent<AccountEvent>): void => {
  const accountId = event.stream.slice(streamPrefixes.account.length);
  const change = accounts.get(accountId) ?? { added: new Map(), revision: 0 };
  accounts.set(accountId, change);
  change.revision = event.revision;
  if (event.type === 'AccountOpened') noteOpening(change, event.data, event.recordedAt);
  if (event.type === 'CutoffChanged') noteRule(change, event.data);
  const entry = entryOf(event);
  if (entry === undefined) return;
  noteEntry(change, entry);
  const { receivedAt } = event.metadata.source;
  lines.entries.push(copyLine(entryRow(entry, { ...event, accountId, receivedAt })));
};
