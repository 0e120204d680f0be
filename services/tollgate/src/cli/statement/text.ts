import { printable, tableLines } from '../terminal-text';
import { headLines } from './statement';
import type { Part, Statement } from './statement';

export const statementText = (statement: Statement): string =>
  [...headLines(statement).map(printable), ...statement.parts.flatMap((part) => ['', ...partLines(part)]), ''].join(
    '\n',
  );

const right = 'right' as const;

const partLines = ({ direction, opening, closing, entries, prefixes, days, ...sums }: Part): string[] => [
  direction,
  ...tableLines(
    [
      ...['happened', 'kind', 'id', 'prefix', 'about'].map((title) => ({ title })),
      ...[{ title: 'effect', align: right }, { title: 'balance', align: right }, { title: '' }],
    ],
    [
      ['', 'opening', '', '', '', '', opening, ''],
      ...entries.map(({ happenedAt, kind, id, prefix = '', about, effect, balance, isLate }) => [
        ...[happenedAt, kind, id, prefix, about, effect, balance, isLate ? 'late' : ''],
      ]),
      ['', 'closing', '', '', '', '', closing, ''],
    ],
  ),
  `opening ${opening} + payments ${sums.payments} − usage ${sums.usage} + adjustments ${sums.adjustments} = closing ${closing}`,
  ...(prefixes.length === 0
    ? []
    : tableLines(
        [{ title: 'prefix' }, { title: 'calls', align: right }, { title: 'usage', align: right }],
        prefixes.map(({ prefix, calls, usage }) => [prefix ?? '(none)', String(calls), usage]),
      )),
  ...(days.length === 0
    ? []
    : tableLines(
        [{ title: 'day' }, ...['payments', 'usage', 'adjustments', 'change'].map((title) => ({ title, align: right }))],
        days.map(({ day, payments, usage, adjustments, change }) => [day, payments, usage, adjustments, change]),
      )),
];
