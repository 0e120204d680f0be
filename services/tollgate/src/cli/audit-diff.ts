import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { isBefore } from '@tollgate/balance';
import { countOf, eventAt, runAudit, tellDifferences, withAudited } from './audited-events';
import type { AuditFlags } from './audited-events';
import { timeText } from './moment-options';
import { printable, say, tableLines } from './terminal-text';
import type { TollgateClient } from './tollgate-client';
import { createTrialBalance } from './trial-balance';
import type { BalanceRow, End } from './trial-balance';

type Changed = BalanceRow & { accountId: string };

type DiffAudit = { events: number; changed: Changed[]; otherwise: string[]; differences: string[] };

/** `tollgate audit diff`. */
export const addDiff = (audit: Command): void => {
  withAudited(
    audit
      .command('diff')
      .summary('what changed of every account between two times, or two places of the log')
      .description(
        'Shows of every account that has changed its opening balances, sums by kind and closing balances. A and B are times of recording (RFC 3339), A inclusive and B exclusive; or numbers of events, as checkpoints and the lines of an export count them (with --url: positions): what came after the first A, up to the first B. Reads an export; or the log, also while Tollgate runs, or a backup with --data; or a Tollgate that answers. Changes nothing.',
      )
      .argument('<a>', 'the earlier end', endIn)
      .argument('<b>', 'the later end', endIn),
  ).action((...[from, to, path, flags]: [End, End, string | undefined, AuditFlags]) =>
    runAudit(path, flags, {
      ofLines: (lines) => diffOfLines(lines, { from, to }),
      ofServed: (client) => diffOfServed(client, { from, to }),
      tell,
    }),
  );
};

const endIn = (text: string): End => {
  if (/^\d{1,19}$/.test(text)) return { after: BigInt(text) };
  try {
    return timeText(text);
  } catch {
    throw new InvalidArgumentError('It must be a time like 2026-01-31T00:00:00Z, or a number of events.');
  }
};

type Ends = { from: End; to: End };

/** As far as it can be told before anything is read. */
const isTurned = ({ from, to }: Ends): boolean => {
  if (typeof from === 'string') return typeof to === 'string' && isBefore(to, from);
  return typeof to !== 'string' && to.after < from.after;
};

const diffOfLines = async (lines: AsyncIterable<string>, ends: Ends): Promise<DiffAudit> => {
  const diff = createDiff(ends);
  let line = 0;
  for await (const text of lines) {
    line += 1;
    diff.apply(eventAt(line, text), BigInt(line));
  }
  return diff.result();
};

const pageItems = 100;

const diffOfServed = async (client: TollgateClient, ends: Ends): Promise<DiffAudit> => {
  const diff = createDiff(ends);
  for await (const page of client.accountPages(pageItems))
    for (const { accountId } of page)
      for await (const item of client.history(accountId))
        diff.apply({ ...item, stream: `account-${accountId}` }, BigInt(item.position));
  return diff.result();
};

const createDiff = (ends: Ends) => {
  if (isTurned(ends)) throw new Error('the first end comes after the second: say the earlier one first');
  const trial = createTrialBalance(ends);
  /** The accounts that had events between the ends, and of which types those are that move nothing. */
  const between = new Map<string, Set<string>>();
  let events = 0;
  return {
    apply: (...[event, position]: Parameters<typeof trial.apply>): void => {
      const isBetween = trial.isBetween(event, position);
      const moved = trial.apply(event, position);
      if (!isBetween || !event.stream.startsWith(prefix)) return;
      events += 1;
      const accountId = event.stream.slice(prefix.length);
      const types = between.get(accountId) ?? new Set();
      between.set(accountId, moved === undefined ? types.add(event.type) : types);
    },
    result: (): DiffAudit => {
      const { accounts, differences } = trial.result();
      const changed = accounts.filter(({ accountId }) => between.has(accountId));
      const otherwise = [...between].flatMap(([accountId, types]) =>
        types.size === 0 ? [] : [`${accountId}: ${[...types].join(', ')}`],
      );
      const accountsChanged = [...between.keys()].map((accountId) => `${accountId} has changed`);
      return { events, changed, otherwise, differences: [...differences, ...accountsChanged] };
    },
  };
};

const prefix = 'account-';
const columns = ['opening', 'payments', 'usage', 'adjustments', 'closing'] as const;

const tell = ({ events, changed, otherwise, differences }: DiffAudit): void => {
  if (changed.length > 0)
    tableLines(
      [
        ...['account', 'direction', 'currency'].map((title) => ({ title })),
        ...columns.map((title) => ({ title, align: 'right' as const })),
      ],
      changed.map((row) => [row.accountId, row.direction, row.currency, ...columns.map((column) => row[column])]),
    ).forEach(say);
  otherwise.forEach((what) => {
    say(`besides, of ${printable(what)}`);
  });
  tellDifferences(differences);
  say(`${countOf(differences)} in ${String(events)} events of accounts.`);
};
