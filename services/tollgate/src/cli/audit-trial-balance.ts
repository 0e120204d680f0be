import type { Command } from 'commander';
import type { AccountView } from '@tollgate/contracts';
import { countOf, eventAt, runAudit, tellDifferences, withAudited } from './audited-events';
import type { AuditFlags } from './audited-events';
import { timeText } from './moment-options';
import { say, tableLines } from './terminal-text';
import type { TollgateClient } from './tollgate-client';
import { createTrialBalance } from './trial-balance';
import type { Period, TrialBalance } from './trial-balance';

/** `tollgate audit trial-balance`. */
export const addTrialBalance = (audit: Command): void => {
  withAudited(
    audit
      .command('trial-balance')
      .summary('opening + payments − usage + adjustments = closing, per account and in total')
      .description(
        'Sums what moved each account, by direction and kind, and the totals of each currency; a reversal lowers what it takes back. Every closing balance is compared with the verifier’s fold, and with --url with what Tollgate answers. Reads an export; or the log, also while Tollgate runs, or a backup with --data; or a Tollgate that answers. Changes nothing.',
      ),
  )
    .option('--from <time>', 'what was recorded before it is the opening, RFC 3339', timeText)
    .option('--to <time>', 'leave out what was recorded then or later, RFC 3339', timeText)
    .action((path: string | undefined, { from, to, ...flags }: AuditFlags & Period) =>
      runAudit(path, flags, {
        ofLines: (lines) => balanceOfLines(lines, { from, to }),
        ofServed: (client) => balanceOfServed(client, { from, to }),
        tell,
      }),
    );
};

const balanceOfLines = async (lines: AsyncIterable<string>, period: Period): Promise<TrialBalance> => {
  const trial = createTrialBalance(period);
  let line = 0;
  for await (const text of lines) {
    line += 1;
    trial.apply(eventAt(line, text));
  }
  return trial.result();
};

const pageItems = 100;

/** Of the histories that it answers; where the period has no end, the totals and balances that it answers are compared too. */
const balanceOfServed = async (client: TollgateClient, period: Period): Promise<TrialBalance> => {
  const trial = createTrialBalance(period);
  const answered: AccountView[] = [];
  for await (const page of client.accountPages(pageItems))
    for (const { accountId } of page) {
      let revision = -1;
      for await (const item of client.history(accountId)) {
        trial.apply({ ...item, stream: `account-${accountId}` });
        ({ revision } = item);
      }
      const account = await client.account(accountId);
      // What has changed since is the next audit's.
      if (account.revision === revision) answered.push(account);
    }
  const result = trial.result();
  if (period.to !== undefined) return result;
  return { ...result, differences: [...result.differences, ...answerFaults(result, answered)] };
};

const answerFaults = ({ accounts }: TrialBalance, answered: readonly AccountView[]): string[] => {
  const views = new Map(answered.map((account) => [account.accountId, account]));
  return accounts
    .filter(({ accountId, direction, closing }) => (views.get(accountId)?.balances[direction] ?? closing) !== closing)
    .map(({ accountId, direction, closing }) => {
      const balance = views.get(accountId)?.balances[direction] ?? '';
      return `${direction} of ${accountId} closes with ${closing}, and is answered as ${balance}`;
    });
};

const columns = ['opening', 'payments', 'usage', 'adjustments', 'closing'] as const;

const tell = ({ events, accounts, totals, differences }: TrialBalance): void => {
  const rows = [...accounts, ...totals.map((total) => ({ accountId: 'in total', ...total }))];
  const lines = tableLines(
    [
      ...['account', 'direction', 'currency'].map((title) => ({ title })),
      ...columns.map((title) => ({ title, align: 'right' as const })),
    ],
    rows.map((row) => [row.accountId, row.direction, row.currency, ...columns.map((column) => row[column])]),
  );
  lines.forEach(say);
  tellDifferences(differences);
  say(`${countOf(differences)} in ${String(accounts.length)} balances (${String(events)} events).`);
};
