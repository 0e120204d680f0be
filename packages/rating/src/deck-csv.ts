import { mostPrefixDigits } from './deck';
import type { Deck, Rate } from './deck';

const required = ['prefix', 'currency', 'perMinute', 'initialSeconds', 'incrementSeconds'];
const prefixPattern = new RegExp(`^[0-9]{1,${String(mostPrefixDigits)}}$`);
const optional = ['connectFee', 'effectiveFrom', 'effectiveTo', 'barred'];

/**
 * A deck from plain CSV: the first line names the fields, no cell is quoted. `barred` is true, false or empty; a barred prefix needs no
 * price. Times are RFC 3339 UTC, or days, which begin at midnight. Throws an `Error` that names the line and the field.
 */
export const readDeck = (text: string): Deck =>
  readRates(text, (fault) => {
    throw fault;
  });

/** As `readDeck`, but a line with a fault is handed over and left out of the deck. Throws where there is no deck at all. */
export const readRates = (text: string, onFault: (fault: Error) => void): Deck => {
  const [head = '', ...lines] = text.replace(/^\ufeff/, '').split(/\r?\n/);
  const fields = fieldsIn(head);
  const rates = new Map<string, Rate[]>();
  let currency: string | undefined;
  let mostDigits = 0;
  const add = (row: Row): void => {
    const prefix = row.text('prefix', prefixPattern);
    const own = row.text('currency', /^[A-Z]{3}$/);
    if (own !== (currency ??= own)) throw row.fault('currency', `is ${own}, and ${currency} above`);
    const rate = rateOf(row);
    const others = rates.get(prefix);
    if (others?.some(({ from, to }) => from < rate.to && rate.from < to) === true)
      throw row.fault('prefix', `${prefix} has two prices at one time`);
    if (others === undefined) rates.set(prefix, [rate]);
    else others.push(rate);
    mostDigits = Math.max(mostDigits, prefix.length);
  };
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    try {
      add(rowOf(fields, line, index + 2));
    } catch (fault) {
      onFault(fault instanceof Error ? fault : new Error(String(fault)));
    }
  }
  if (currency === undefined) throw new Error('the deck has no prices');
  return { currency, rates, mostDigits };
};

const fieldsIn = (head: string): string[] => {
  const fields = head.split(',').map((name) => name.trim());
  const missing = required.find((name) => !fields.includes(name));
  if (missing !== undefined) throw new Error(`line 1: there is no field ${missing}`);
  const unknown = fields.find((name) => !required.includes(name) && !optional.includes(name));
  if (unknown !== undefined) throw new Error(`line 1: there is no such field as ${JSON.stringify(unknown)}`);
  if (new Set(fields).size < fields.length) throw new Error('line 1: a field is named twice');
  return fields;
};

type Row = {
  text(field: string, pattern: RegExp): string;
  optional(field: string, pattern: RegExp): string | undefined;
  fault(field: string, what: string): Error;
};

const rowOf = (fields: readonly string[], line: string, number: number): Row => {
  const cells = line.split(',').map((cell) => cell.trim());
  const fault = (field: string, what: string): Error => new Error(`line ${String(number)}: ${field}: ${what}`);
  if (cells.length !== fields.length)
    throw new Error(`line ${String(number)}: has ${String(cells.length)} cells, not ${String(fields.length)}`);
  const optionalText = (field: string, pattern: RegExp): string | undefined => {
    const cell = cells[fields.indexOf(field)];
    if (cell === undefined || cell === '') return undefined;
    if (!pattern.test(cell)) throw fault(field, `${JSON.stringify(cell)} is none`);
    return cell;
  };
  return {
    text: (field, pattern) => {
      const cell = optionalText(field, pattern);
      if (cell === undefined) throw fault(field, 'required');
      return cell;
    },
    optional: optionalText,
    fault,
  };
};

/** Below a million, so that the price of any call is an amount. */
const amount = /^(0|[1-9][0-9]{0,5})(\.[0-9]{1,10})?$/;
const wholeSeconds = /^[1-9][0-9]{0,4}$/;
const time = /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{1,3})?Z)?$/;

const rateOf = (row: Row): Rate => {
  const from = timeIn(row, 'effectiveFrom') ?? -Infinity;
  const to = timeIn(row, 'effectiveTo') ?? Infinity;
  if (from >= to) throw row.fault('effectiveTo', 'is not after effectiveFrom');
  if (row.optional('barred', /^(true|false)$/) === 'true') return { price: undefined, from, to };
  const connectFee = row.optional('connectFee', amount);
  const price = {
    perMinute: row.text('perMinute', amount),
    ...(connectFee !== undefined && { connectFee }),
    initialSeconds: Number(row.text('initialSeconds', wholeSeconds)),
    incrementSeconds: Number(row.text('incrementSeconds', wholeSeconds)),
  };
  return { price, from, to };
};

const timeIn = (row: Row, field: string): number | undefined => {
  const text = row.optional(field, time);
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(text.slice(0, 10)))
    throw row.fault(field, `${text} is no day that exists`);
  return ms;
};
