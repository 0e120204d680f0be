import type { Command } from 'commander';
import { formatAmount, parseAmount } from '@tollgate/money';
import { eventAt, runAudit, tellDifferences, withAudited } from './audited-events';
import type { AuditFlags, AuditedEvent } from './audited-events';
import { delimiterOption } from './import/import-options';
import { createMovements } from './movements';
import type { Movement } from './movements';
import { sharedRows } from './shared-list';
import type { SharedRow } from './shared-list';
import { say } from './terminal-text';
import type { TollgateClient } from './tollgate-client';

type Flags = AuditFlags & { shared: string; delimiter?: string };

/** How many of the list are as the ledger has them, how many it has otherwise, and how many not at all. */
type IdsAudit = { ids: number; same: number; differ: number; missing: number; differences: string[] };

/** `tollgate audit ids`. */
export const addIds = (audit: Command): void => {
  withAudited(
    audit
      .command('ids')
      .summary('which ids of a partner’s list are in the ledger, are missing, or differ')
      .description(
        'Looks up every id of a list in the ledger: one a line, or CSV with a column id, paymentId, usageId, adjustmentId or reversalId, and, to be compared where it has them, kind, accountId, direction, amount and currency. What the ledger has taken back differs too. Reads an export; or the log, also while Tollgate runs, or a backup with --data; or a Tollgate that answers. Changes nothing.',
      ),
  )
    .requiredOption('--shared <file>', 'the list; - for standard input')
    .addOption(delimiterOption())
    .action((path: string | undefined, { shared, delimiter, ...flags }: Flags) =>
      runAudit(path, flags, {
        ofLines: (lines) => auditIds(sharedRows(shared, delimiter), eventsOf(lines)),
        ofServed: (client) => auditIds(sharedRows(shared, delimiter), eventsServed(client)),
        tell,
      }),
    );
};

const eventsOf = async function* (lines: AsyncIterable<string>): AsyncGenerator<AuditedEvent> {
  let line = 0;
  for await (const text of lines) yield eventAt((line += 1), text);
};

const pageItems = 100;

const eventsServed = async function* (client: TollgateClient): AsyncGenerator<AuditedEvent> {
  for await (const page of client.accountPages(pageItems))
    for (const { accountId } of page)
      for await (const item of client.history(accountId)) yield { ...item, stream: `account-${accountId}` };
};

type Entry = Pick<Movement, 'kind' | 'direction' | 'amount'> & {
  accountId: string;
  currency: string;
  reversedBy?: string;
};

const auditIds = async (list: AsyncIterable<SharedRow>, events: AsyncIterable<AuditedEvent>): Promise<IdsAudit> => {
  const rows: SharedRow[] = [];
  for await (const row of list) rows.push(row);
  const entries = await entriesUnder(new Set(rows.map(({ id }) => id)), events);
  const found = rows.map((row) => ({ row, fault: faultOf(row, entries.get(row.id) ?? []) }));
  const missing = found.filter(({ fault }) => fault === absent).length;
  const differ = found.filter(({ fault }) => fault !== undefined).length - missing;
  return {
    ...{ ids: rows.length, same: rows.length - missing - differ, differ, missing },
    differences: found.flatMap(({ row: { line, id }, fault }) =>
      fault === undefined ? [] : [`line ${String(line)}: ${id} ${fault}`],
    ),
  };
};

const prefix = 'account-';

/** What the ledger has under these ids. */
const entriesUnder = async (
  ids: ReadonlySet<string>,
  events: AsyncIterable<AuditedEvent>,
): Promise<Map<string, Entry[]>> => {
  const movementOf = createMovements();
  const currencies = new Map<string, string>();
  const entries = new Map<string, Entry[]>();
  for await (const event of events) {
    if (!event.stream.startsWith(prefix)) continue;
    const accountId = event.stream.slice(prefix.length);
    if (event.type === 'AccountOpened') currencies.set(accountId, String(event.data['currency']));
    const movement = movementOf(accountId, event);
    if (movement === undefined) continue;
    const { kind, id, direction, amount } = movement;
    const currency = currencies.get(accountId) ?? '';
    if (ids.has(id)) entries.set(id, [...(entries.get(id) ?? []), { kind, direction, amount, accountId, currency }]);
    if (kind === 'reversal') noteReversal(entries, { accountId, id, of: event.data['of'] });
  }
  return entries;
};

const noteReversal = (
  entries: ReadonlyMap<string, Entry[]>,
  { accountId, id, of }: { accountId: string; id: string; of: unknown },
): void => {
  const undone = of as { kind: string; id: string };
  const entry = entries.get(undone.id)?.find((one) => one.accountId === accountId && one.kind === undone.kind);
  if (entry !== undefined) entry.reversedBy = id;
};

const absent = 'is not in the ledger';

/** What the ledger has otherwise than a row says; of several under an id, the one that is nearest to it. */
const faultOf = (row: SharedRow, entries: readonly Entry[]): string | undefined => {
  const [nearest] = entries.map((entry) => faultsOf(row, entry)).sort((one, other) => one.length - other.length);
  if (nearest === undefined) return absent;
  return nearest.length === 0 ? undefined : `differs: ${nearest.join(', ')}`;
};

const faultsOf = (row: SharedRow, { amount, reversedBy, ...entry }: Entry): string[] => [
  ...(['kind', 'accountId', 'direction', 'currency'] as const)
    .filter((name) => row[name] !== undefined && row[name] !== entry[name])
    .map((name) => `${name} ${String(row[name])}, and the ledger has ${entry[name]}`),
  ...(row.amount === undefined || isAmount(row.amount, amount)
    ? []
    : [`amount ${row.amount}, and the ledger has ${formatAmount(amount)}`]),
  ...(reversedBy === undefined ? [] : [`the ledger took it back with reversal ${reversedBy}`]),
];

/** By value, as the ledger compares amounts. */
const isAmount = (text: string, amount: bigint): boolean => {
  try {
    return parseAmount(text) === amount;
  } catch {
    return false;
  }
};

const tell = ({ ids, same, differ, missing, differences }: IdsAudit): void => {
  tellDifferences(differences);
  say(
    `${String(ids)} ids: ${String(same)} are as the ledger has them, ${String(differ)} differ, ${String(missing)} are not in it.`,
  );
};
