import type { AccountTable } from '@tollgate/account-table';
import { followedTable } from '@tollgate/account-table/followed';
import type { LogEvent } from '@tollgate/contracts';
import type { EventLog } from '@tollgate/event-store';
import type { Intent, Item, Outcome } from './intent';
import { openLedger } from './ledger';
import type { Ledger } from './ledger';

export const receivedAt = '2026-01-31T12:00:00.000Z';
const metadata = { source: { receivedAt, channel: { http: 'request-1' } } };

export const itemsOf = (intents: readonly Intent[]): Item[] => intents.map((intent) => ({ intent, metadata }));

export type TestLedger = Ledger & { table: AccountTable };

/** A ledger with a table that follows its log. */
export const ledgerOn = (log: EventLog<LogEvent>, options: { answerWithinMs?: number } = {}): TestLedger => {
  const { table, caughtUp, stop } = followedTable(log);
  const ledger = openLedger({ log, table, ready: caughtUp, ...options });
  const close = async (): Promise<void> => {
    await ledger.close();
    stop();
  };
  return { ...ledger, table, close };
};

/** An outcome in short: `+3` recorded at revision 3, `=3` a duplicate of it, or the code of a refusal. */
export const short = (outcome: Outcome): string =>
  outcome.status === 'refused'
    ? (outcome.refusal?.reason ?? 'over')
    : outcome.status === 'rejected'
      ? outcome.rejection.code
      : `${outcome.isDuplicate ? '=' : '+'}${String(outcome.revision)}`;

export const submit = async (ledger: Ledger, ...intents: Intent[]): Promise<string[]> =>
  (await ledger.submit(itemsOf(intents))).map(short);
