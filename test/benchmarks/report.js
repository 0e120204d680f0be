// @ts-check
'use strict';

/**
 * What a figure prints: a table of all it measured, and the lines of it that go into the README, each with its marks and whether
 * they are met. `floor` is what it is compared with.
 * @typedef {{ text: string, isMet: boolean }} Mark
 * @typedef {{ figure: string, tollgate: string, floor?: string, marks?: Mark[] }} Finding
 * @typedef {{ title: string, measures: string, columns: string[], rows: string[][], findings: Finding[], elsewhere?: string, raw: object }} Section
 */

/** @param {Section} section @param {{ isQuick: boolean }} options */
const textOf = ({ title, measures, columns, rows, findings, elsewhere }, { isQuick }) => {
  const widths = columns.map((column, at) => Math.max(column.length, ...rows.map((row) => (row[at] ?? '').length)));
  const line = (/** @type {string[]} */ cells) =>
    `  ${cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  ')}`.trimEnd();
  const marks = findings.flatMap(({ figure, tollgate, marks = [] }) =>
    marks.map(({ text, isMet }) => `  mark: ${figure}: ${text}: ${verdict(isMet)} (${tollgate})`),
  );
  return [
    `\n## ${title}`,
    ...wrapped(measures),
    '',
    line(columns),
    line(widths.map((width) => '-'.repeat(width))),
    ...rows.map(line),
    '',
    ...marks.map((mark) => `${mark}${isQuick ? ' (--quick: too short to judge by)' : ''}`),
    ...(elsewhere === undefined ? [] : [`  others, as measured elsewhere on a machine of 2 cores: ${elsewhere}`]),
  ].join('\n');
};

const wrapped = (/** @type {string} */ text) =>
  (text.match(/.{1,116}(?:\s|$)/g) ?? []).map((line) => `  ${line.trim()}`);

const verdict = (/** @type {boolean} */ isMet) => (isMet ? 'met' : 'not met');

/** The findings as the table of the README. @param {Finding[]} findings @param {{ floor: string }} heads */
const tableOf = (findings, { floor }) => {
  const rows = findings.map(({ figure, tollgate, floor = '', marks = [] }) => [
    figure,
    tollgate,
    floor,
    marks.map(({ text, isMet }) => `${text}: ${verdict(isMet)}`).join('; '),
  ]);
  const heads = ['figure', 'Tollgate', floor, 'mark'];
  const widths = heads.map((head, at) => Math.max(head.length, ...rows.map((row) => (row[at] ?? '').length)));
  const line = (/** @type {string[]} */ cells) =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  return [line(heads), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
};

module.exports = { tableOf, textOf };
