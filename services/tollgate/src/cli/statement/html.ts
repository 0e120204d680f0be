import { printable } from '../terminal-text';
import { headLines } from './statement';
import type { Part, Statement } from './statement';

/** A page that needs nothing else and can be printed. Nothing in it runs, whatever stands in its texts. */
export const statementHtml = (statement: Statement): string => {
  const [title = '', ...about] = headLines(statement);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
${about.map((line) => `<p${line.startsWith('DRAFT') ? ' class="draft"' : ''}>${escaped(line)}</p>`).join('\n')}
${statement.parts.map(partHtml).join('\n')}
</body>
</html>
`;
};

const style = `
body { font: 10pt/1.4 sans-serif; margin: 2em; color: #000; background: #fff; }
table { border-collapse: collapse; margin: 0 0 1.5em; }
th, td { text-align: left; padding: .15em .8em .15em 0; border-bottom: 1px solid #ccc; vertical-align: top; overflow-wrap: anywhere; }
.amount { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.draft { font-weight: bold; border: 2px solid #a00; padding: .3em .6em; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
@page { margin: 15mm; }
@media print { body { margin: 0; } h2 { break-after: avoid; } }
`;

type Column = readonly [title: string, isAmount?: boolean];

const entryColumns: readonly Column[] = [
  ...[['happened'], ['recorded'], ['kind'], ['id'], ['prefix'], ['about']].map(([title = '']): Column => [title]),
  ...(['effect', 'balance'] as const).map((title): Column => [title, true]),
  [''],
];
const prefixColumns: readonly Column[] = [['prefix'], ['calls', true], ['usage', true]];
const dayColumns: readonly Column[] = [
  ['day'],
  ...['payments', 'usage', 'adjustments', 'change'].map((title): Column => [title, true]),
];

const partHtml = ({ direction, opening, closing, entries, prefixes, days, ...sums }: Part): string =>
  [
    `<h2>${direction}</h2>`,
    tableHtml(entryColumns, [
      ['', '', 'opening', '', '', '', '', opening, ''],
      ...entries.map(({ happenedAt, recordedAt, kind, id, prefix = '', about, effect, balance, isLate }) => [
        ...[happenedAt, recordedAt, kind, id, prefix, about, effect, balance, isLate ? 'late' : ''],
      ]),
      ['', '', 'closing', '', '', '', '', closing, ''],
    ]),
    `<p>opening ${opening} + payments ${sums.payments} − usage ${sums.usage} + adjustments ${sums.adjustments} = closing ${closing}</p>`,
    prefixes.length === 0
      ? ''
      : tableHtml(
          prefixColumns,
          prefixes.map(({ prefix, calls, usage }) => [prefix ?? '(none)', String(calls), usage]),
        ),
    days.length === 0
      ? ''
      : tableHtml(
          dayColumns,
          days.map(({ day, payments, usage, adjustments, change }) => [day, payments, usage, adjustments, change]),
        ),
  ].join('\n');

const tableHtml = (columns: readonly Column[], rows: readonly (readonly string[])[]): string => {
  const cell = (name: 'th' | 'td', text: string, at: number): string =>
    `<${name}${columns[at]?.[1] === true ? ' class="amount"' : ''}>${escaped(text)}</${name}>`;
  const head = columns.map(([title], at) => cell('th', title, at)).join('');
  const body = rows.map((row) => `<tr>${row.map((text, at) => cell('td', text, at)).join('')}</tr>`).join('\n');
  return `<table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body}\n</tbody>\n</table>`;
};

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text of others: no mark-up, and nothing that turns the direction of what stands beside it. */
const escaped = (text: string): string => printable(text).replace(/[&<>"']/g, (character) => entities[character] ?? '');
