import type { LogEvent } from '@tollgate/contracts';
import type { RecordedEvent } from '@tollgate/event-store';
import { parseAmount } from '@tollgate/money';
import { createBook } from './booking';
import type { Booking } from './booking';
import { columns } from './csv';

type Cell = string | number | bigint | null;

/** Every amount that there may be, exact: 18 digits before the point and 10 after it. */
const decimal = {
  ...{ type: 'FIXED_LEN_BYTE_ARRAY', type_length: 12, converted_type: 'DECIMAL', precision: 28, scale: 10 },
} as const;
const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const;

/** The columns that are no texts, as they are stored; all have the names and the order of those of the CSV. */
const typed: Readonly<Record<string, { element: object; of(told: string): Cell }>> = {
  revision: { element: { type: 'INT32' }, of: Number },
  amount: { element: decimal, of: parseAmount },
  effect: { element: decimal, of: parseAmount },
  duration_seconds: { element: { type: 'DOUBLE' }, of: Number },
};

const names = Object.keys(columns);
const schema = [
  { name: 'entries', num_children: names.length },
  ...names.map((name) => ({ name, repetition_type: 'OPTIONAL' as const, ...(typed[name]?.element ?? text) })),
];

const rowOf = (booking: Booking): Record<string, Cell> =>
  Object.fromEntries(
    Object.entries(columns).map(([name, column]) => {
      const told = column(booking);
      return [name, told === undefined ? null : (typed[name]?.of(told) ?? told)];
    }),
  );

/** In memory at once. */
const rowGroupSize = 50_000;

/** Writes what moved a balance as a table in Apache Parquet, a row group after another. */
export const writeParquet = async (
  path: string,
  batches: AsyncIterable<readonly RecordedEvent<LogEvent>[]>,
  numberKeys?: string,
): Promise<void> => {
  // An ES module, and for nobody else.
  const { fileWriter, parquetWriteRows } = await import('hyparquet-writer');
  const itemOf = createBook(numberKeys);
  const rows = async function* () {
    for await (const events of batches)
      for (const event of events) {
        const item = itemOf(event);
        if (item !== undefined && 'booking' in item) yield rowOf(item.booking);
      }
  };
  await parquetWriteRows({
    ...{ writer: fileWriter(path), rows: rows(), schema, rowGroupSize, createdBy: 'Tollgate' },
    columns: names.map((name) => ({ name })),
  });
};
