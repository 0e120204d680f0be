import type { Command } from 'commander';
import type { Direction } from '@tollgate/balance';
import { formatAmount } from '@tollgate/money';
import { eventsIn, eventsServed } from './account-events';
import { countOf, runAudit, tellDifferences, withAudited } from './audited-events';
import type { AuditFlags, AuditedEvent } from './audited-events';
import { timeText } from './moment-options';
import { effectOf } from './movements';
import { say, tableLines } from './terminal-text';
import { createTrialBalance } from './trial-balance';
import type { BalanceRow, Moved, Period } from './trial-balance';

/** What moved the account, as it stands in the log, with the balance of its direction after it. */
type Step = {
  revision: number;
  recordedAt: string;
  kind: string;
  id: string;
  direction: Direction;
  effect: string;
  balance: string;
  from: string;
};

type BalanceAudit = { accountId: string; events: number; rows: BalanceRow[]; steps: Step[]; differences: string[] };

type Flags = AuditFlags & Period & { entries?: boolean };

/** `tollgate audit balance`. */
export const addBalance = (audit: Command): void => {
  withAudited(
    audit
      .command('balance')
      .summary('why a balance is what it is: what it was made of, and where each entry came from')
      .description(
        'Sums what moved an account, by direction and kind, from its opening to its closing balance, and compares with the verifier’s fold. With --entries every entry is shown, with the balance after it and where it came from: the line of a file, a request, or an offset in Kafka. Reads an export; or the log, also while Tollgate runs, or a backup with --data; or a Tollgate that answers. Changes nothing.',
      )
      .argument('<id>', 'the account'),
  )
    .option('--from <time>', 'what was recorded before it is the opening, RFC 3339', timeText)
    .option('--to <time>', 'leave out what was recorded then or later, RFC 3339', timeText)
    .option('--entries', 'show every entry')
    .action((accountId: string, path: string | undefined, { from, to, entries = false, ...flags }: Flags) =>
      runAudit(path, flags, {
        ofLines: (lines) => auditBalance(accountId, eventsIn(lines, accountId), { from, to }),
        ofServed: (client) => auditBalance(accountId, eventsServed(client, accountId), { from, to }),
        tell: (result) => {
          tell(result, entries);
        },
      }),
    );
};

const auditBalance = async (
  accountId: string,
  events: AsyncIterable<AuditedEvent>,
  period: Period,
): Promise<BalanceAudit> => {
  const trial = createTrialBalance(period);
  const balance = { inbound: 0n, outbound: 0n };
  const steps: Step[] = [];
  for await (const event of events) {
    const moved = trial.apply(event);
    if (moved === undefined) continue;
    balance[moved.direction] += effectOf(moved);
    if (!moved.isOpening) steps.push(stepOf(event, moved, balance[moved.direction]));
  }
  const { events: count, accounts, differences } = trial.result();
  if (accounts.length === 0) throw new Error(`account ${accountId} is not there, or was not open then`);
  return { accountId, events: count, rows: accounts, steps, differences };
};

const stepOf = (event: AuditedEvent, moved: Moved, balance: bigint): Step => {
  const { revision, recordedAt } = event;
  const { kind, id, direction } = moved;
  return {
    ...{ revision, recordedAt, kind, id, direction },
    ...{ effect: formatAmount(effectOf(moved)), balance: formatAmount(balance), from: placeOf(event) },
  };
};

type By = { channel?: { http?: string; kafka?: { topic: string; partition: number; offset: string } } } & {
  claimed?: { file?: string; line?: number; actor?: string };
};

/** Where an entry came from, most precise first: what its sender says of itself, else what Tollgate knows. */
const placeOf = (event: AuditedEvent): string => {
  const { channel, claimed } = ('by' in event ? event.by : {}) as By;
  if (claimed?.file !== undefined)
    return `${claimed.file}${claimed.line === undefined ? '' : `:${String(claimed.line)}`}`;
  if (channel?.kafka !== undefined) {
    const { topic, partition, offset } = channel.kafka;
    return `${topic}/${String(partition)}/${offset}`;
  }
  return channel?.http === undefined ? '' : `request ${channel.http}`;
};

const columns = ['opening', 'payments', 'usage', 'adjustments', 'closing'] as const;

const tell = ({ accountId, events, rows, steps, differences }: BalanceAudit, hasEntries: boolean): void => {
  const right = 'right' as const;
  if (hasEntries)
    tableLines(
      [
        ...['recorded', 'kind', 'id', 'direction'].map((title) => ({ title })),
        ...[{ title: 'effect', align: right }, { title: 'balance', align: right }, { title: 'from' }],
      ],
      steps.map(({ recordedAt, kind, id, direction, effect, balance, from }) => [
        ...[recordedAt, kind, id, direction, effect, balance, from],
      ]),
    ).forEach(say);
  tableLines(
    [...['direction', 'currency'].map((title) => ({ title })), ...columns.map((title) => ({ title, align: right }))],
    rows.map((row) => [row.direction, row.currency, ...columns.map((column) => row[column])]),
  ).forEach(say);
  tellDifferences(differences);
  say(
    `${countOf(differences)} in the balances of ${accountId} (${String(events)} events, ${String(steps.length)} entries).`,
  );
};
