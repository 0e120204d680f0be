import { cellOf } from '../export/csv';
import type { Entry, Part, Statement } from './statement';

const columns = [
  ...[
    'state',
    'statement_id',
    'row',
    'account_id',
    'currency',
    'direction',
    'day',
    'happened_at',
    'recorded_at',
    'kind',
    'id',
    'prefix',
  ],
  ...['about', 'late', 'calls', 'payments', 'usage', 'adjustments', 'effect', 'balance'],
] as const;

type Cells = Partial<Record<(typeof columns)[number], string>>;

/** A row for each opening, entry, subtotal and closing, which `row` tells apart. */
export const statementCsv = ({ accountId, currency, parts, closed }: Statement): string => {
  const of = { state: closed === undefined ? 'draft' : 'closed', statement_id: textCell(closed?.statementId ?? '') };
  const rows = parts.flatMap((part) =>
    cellsOf(part).map((cells) => ({ ...of, account_id: accountId, currency, direction: part.direction, ...cells })),
  );
  return [columns.join(','), ...rows.map(rowOf), ''].join('\n');
};

const cellsOf = ({ opening, closing, entries, prefixes, days, payments, usage, adjustments }: Part): Cells[] => [
  { row: 'opening', balance: opening },
  ...entries.map(entryCells),
  ...prefixes.map(({ prefix = '', calls, ...of }) => ({
    ...{ row: 'prefix', prefix: textCell(prefix), calls: String(calls), usage: of.usage },
  })),
  ...days.map(({ change, ...day }) => ({ row: 'day', ...day, effect: change })),
  { row: 'closing', payments, usage, adjustments, balance: closing },
];

const entryCells = ({ day, happenedAt, recordedAt, kind, id, prefix = '', about, isLate, ...of }: Entry): Cells => ({
  ...{ row: 'entry', day, happened_at: happenedAt, recorded_at: recordedAt, kind: textCell(kind), id: textCell(id) },
  ...{ prefix: textCell(prefix), about: textCell(about), late: isLate ? 'late' : '' },
  ...{ effect: of.effect, balance: of.balance },
});

/**
 * A text of others: a spreadsheet must not take it for a formula, so that one which begins as such has an apostrophe before it (OWASP,
 * CSV Injection). So has what stands in it behind a semicolon, a bar, a tab or a line end, where a spreadsheet that separates
 * cells by those begins another, whatever our quotes. A number dialled is only read, and stays as it is; amounts are ours, and stay numbers.
 */
export const textCell = (text: string): string => (numberDialled.test(text) ? text : text.replaceAll(formulas, "'"));

const numberDialled = /^\+\d+$/;
const formulas = /^(?=[\t\r\n])|(?<=^|[;|\t\n]|\r(?!\n))(?=[\s"]*[=+\-@\uff1d\uff0b\uff0d\uff20])/g;

const rowOf = (cells: Cells): string => columns.map((column) => cellOf(cells[column] || undefined)).join(',');
