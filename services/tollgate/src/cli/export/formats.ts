import { logLine } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { RecordedEvent } from '@tollgate/event-store';
import { beancountOpening, beancountTransaction } from './beancount';
import { createBook } from './booking';
import type { BookItem } from './booking';
import { csvHead, csvRow } from './csv';
import { hledgerHead, hledgerTransaction } from './hledger';

const textFormats = ['ndjson', 'csv', 'hledger', 'beancount'] as const;
export const exportFormats = [...textFormats, 'parquet'] as const;
export type ExportFormat = (typeof exportFormats)[number];
export type TextFormat = (typeof textFormats)[number];

/**
 * How a format is printed: what stands before all, and what is printed of each event, in the order of the log. Numbers are opened by the
 * keys in a folder, but for the lines, which are as they stand in the log.
 */
export type Printing = { head: string; print(event: RecordedEvent<LogEvent>): string };

export const printingOf = (format: TextFormat, numberKeys?: string): Printing => {
  if (format === 'ndjson') return { head: '', print: (event) => `${logLine(event)}\n` };
  const itemOf = createBook(numberKeys);
  const { head, print } = books[format];
  return {
    head,
    print: (event) => {
      const item = itemOf(event);
      return item === undefined ? '' : print(item);
    },
  };
};

const books = {
  csv: { head: csvHead, print: (item) => ('booking' in item ? csvRow(item.booking) : '') },
  hledger: { head: hledgerHead, print: (item) => ('booking' in item ? hledgerTransaction(item.booking) : '') },
  beancount: {
    head: '',
    print: (item) => ('booking' in item ? beancountTransaction(item.booking) : beancountOpening(item.opened)),
  },
} as const satisfies Record<Exclude<TextFormat, 'ndjson'>, { head: string; print(item: BookItem): string }>;
