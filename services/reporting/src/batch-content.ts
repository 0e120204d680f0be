import type { AccountEvent } from '@tollgate/balance';
import { isAccountEvent, streamPrefixes } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { RecordedEvent } from '@tollgate/event-store';
import { noteEntry, noteOpening, noteRule } from './account-changes';
import type { AccountChange } from './account-changes';
import { copyLine } from './copy-text';
import { decisionRow, entryOf, entryRow, lossRow, rejectionRow } from './rows';
import type { Table } from './rows';

/** What some events, in log order, add to the tables: lines of COPY, and changes of accounts. */
export type BatchContent = { lines: Record<Table, string>; accounts: Map<string, AccountChange> };

export const noLines = (): BatchContent['lines'] => ({
  entries: '',
  traffic_decisions: '',
  rejected_messages: '',
  lost_messages: '',
});

export const addTo = (content: BatchContent, event: RecordedEvent<LogEvent>): void => {
  const { lines } = content;
  if (isAccountEvent(event)) addAccountEvent(content, event);
  else if (event.type === 'MessageRejected') lines.rejected_messages += copyLine(rejectionRow(event));
  else if (event.type === 'InputLost') lines.lost_messages += copyLine(lossRow(event));
  else if (event.type !== 'CommandAcknowledged') lines.traffic_decisions += copyLine(decisionRow(event));
};

const addAccountEvent = ({ lines, accounts }: BatchContent, event: RecordedEvent<AccountEvent>): void => {
  const accountId = event.stream.slice(streamPrefixes.account.length);
  let change = accounts.get(accountId);
  if (change === undefined) {
    change = { added: new Map(), revision: 0 };
    accounts.set(accountId, change);
  }
  change.revision = event.revision;
  if (event.type === 'AccountOpened') noteOpening(change, event.data, event.recordedAt);
  if (event.type === 'CutoffChanged') noteRule(change, event.data);
  const entry = entryOf(event);
  if (entry === undefined) return;
  noteEntry(change, entry);
  lines.entries += copyLine(entryRow(entry, accountId, event));
};
