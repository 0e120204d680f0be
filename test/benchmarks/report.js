// @ts-check
'use strict';

/**
 * What a figure prints: a table, and its first marks with whether they are met.
 * @typedef {{ text: string, isMet: boolean }} Mark
 * @typedef {{ title: string, measures: string, columns: string[], rows: string[][], marks: Mark[], elsewhere?: string, raw: object }} Section
 */

/** @param {Section} section @param {{ isQuick: boolean }} options */
const textOf = ({ title, measures, columns, rows, marks, elsewhere }, { isQuick }) => {
  const widths = columns.map((column, at) => Math.max(column.length, ...rows.map((row) => (row[at] ?? '').length)));
  const line = (/** @type {string[]} */ cells) =>
    `  ${cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  ')}`.trimEnd();
  return [
    `\n## ${title}`,
    ...wrapped(measures),
    '',
    line(columns),
    line(widths.map((width) => '-'.repeat(width))),
    ...rows.map(line),
    '',
    ...marks.map(
      ({ text, isMet }) =>
        `  mark: ${text}: ${isMet ? 'met' : 'NOT MET'}${isQuick ? ' (--quick: too short to judge by)' : ''}`,
    ),
    ...(elsewhere === undefined ? [] : [`  others, as measured elsewhere on a machine of 2 cores: ${elsewhere}`]),
  ].join('\n');
};

const wrapped = (/** @type {string} */ text) =>
  (text.match(/.{1,116}(?:\s|$)/g) ?? []).map((line) => `  ${line.trim()}`);

module.exports = { textOf };
