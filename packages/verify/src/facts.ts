import { judge, newAccount } from './account';
import type { Account } from './account';
import { followCall, isAboutCall, restoreCall, settleCall } from './calls';
import { createEntries, isEntry } from './entry';
import type { Event } from './event';
import { ruleIn } from './rule';
import { followClosing } from './statement';

/** What happened to each account, in its own stream. */
export const createFacts = (accounts: Map<string, Account>) => {
  const entries = createEntries();

  const open = (accountId: string, { data }: Event): string[] => {
    const rule = ruleIn(data['cutoff']);
    if (rule === undefined) return [`${JSON.stringify(data['cutoff'])} is no rule`];
    if (accounts.has(accountId)) return [`${accountId} is opened twice`];
    accounts.set(accountId, newAccount(accountId, String(data['currency']), rule));
    return [];
  };

  const applyTo = (account: Account, event: Event): string[] => {
    if (isEntry(event.type)) {
      if (event.type === 'UsageCharged') settleCall(account.calls, event.data);
      return entries.enter(account, event);
    }
    if (isAboutCall(event.type)) return followCall(account.calls, event);
    if (event.type === 'EntryReversed')
      return [...entries.reverse(account, event), ...restoreCall(account.calls, event)];
    if (event.type === 'StatementClosed') return followClosing(account.statements, event);
    if (event.type !== 'CutoffChanged') return [`${event.type} does not belong into ${event.stream}`];
    const rule = ruleIn(event.data);
    if (rule === undefined) return [`${JSON.stringify(event.data)} is no rule`];
    account.rule = rule;
    return [];
  };

  /** What is wrong with the next one; nothing if all is right. */
  return (accountId: string, event: Event, line: number): string[] => {
    const { type, data, stream } = event;
    const isElsewhere = type !== 'CutoffChanged' && data['accountId'] !== accountId;
    const faults = isElsewhere ? [`${type} of ${String(data['accountId'])} stands in ${stream}`] : [];
    if (type === 'AccountOpened') faults.push(...open(accountId, event));
    const account = accounts.get(accountId);
    if (account === undefined) return [...faults, `${type} comes before ${accountId} is opened`];
    if (type !== 'AccountOpened') faults.push(...applyTo(account, event));
    judge(account, event, line);
    return faults;
  };
};
