import { styleText } from 'node:util';

export const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Text of others on one line of a terminal: nothing in it can move the cursor or set a colour. */
export const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{fffd}');

export type Colour = 'red' | 'green' | 'dim' | 'bold';

/** Colours text only where standard output is a terminal that wants it. */
export const coloured = (colour: Colour, text: string): string =>
  process.stdout.isTTY && !process.env['NO_COLOR'] ? styleText(colour, text) : text;

type Column = { title: string; align?: 'left' | 'right' };

/** Lines of a table, columns as wide as they need, two spaces between them. */
export const tableLines = (columns: readonly Column[], rows: readonly (readonly string[])[]): string[] => {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => row.map(printable))];
  const widths = columns.map((_column, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)));
  const padded = (row: readonly string[]): string =>
    columns
      .map(({ align }, at) => {
        const cell = row[at] ?? '';
        const width = widths[at] ?? 0;
        return align === 'right' ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return cells.map(padded);
};
