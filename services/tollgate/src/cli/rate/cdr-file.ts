import { parseCdr, parseJson } from '@tollgate/contracts';
import type { Cdr, Parsed } from '@tollgate/contracts';
import { csvRows } from '../import/csv-rows';
import { FileFault } from '../import/file-fault';
import { fileLines } from '../import/file-lines';
import { fileText } from '../import/file-text';
import { openInput } from '../import/import-input';
import { textOf } from '../import/utf-8';

/** A CDR of a file, or why there is none, and the line it begins in. */
export type FileCdr = { line: number; parsed: Parsed<Cdr> };

const attributePrefix = 'attributes.';

/**
 * CDRs of a file as they come: CSV where its name ends in .csv, else lines of JSON. The first row of CSV names the fields; an attribute is
 * a column `attributes.NAME`, `legs` is one of them or both with a blank between, and an empty cell is no field.
 */
export async function* cdrsIn(path: string): AsyncGenerator<FileCdr> {
  const { chunks } = await openInput(path);
  yield* /\.csv(\.gz|\.zst)?$/i.test(path) ? csvCdrs(fileText(chunks)) : jsonCdrs(fileText(chunks));
}

async function* jsonCdrs(chunks: AsyncIterable<Buffer>): AsyncGenerator<FileCdr> {
  for await (const { line, bytes } of fileLines(chunks)) {
    const json = bytes === undefined ? refuse('the line is too long') : parseJson(bytes);
    yield { line, parsed: json.ok ? parseCdr(json.value) : { ok: false, detail: json.detail } };
  }
}

async function* csvCdrs(chunks: AsyncIterable<Buffer>): AsyncGenerator<FileCdr> {
  let fields: string[] | undefined;
  for await (const { line, cells, fault } of csvRows(chunks, ',')) {
    if (fault !== undefined) throw new FileFault(`line ${String(line)}: ${fault}`);
    const texts = cells.map((cell) => textOf(cell)?.trim());
    if (texts.includes(undefined)) yield { line, parsed: refuse('the row is not UTF-8') };
    else if (fields === undefined) fields = texts.map(String);
    else if (texts.length !== fields.length)
      yield { line, parsed: refuse(`has ${String(texts.length)} cells, not ${String(fields.length)}`) };
    else yield { line, parsed: parseCdr(bodyOf(fields, texts.map(String))) };
  }
}

const bodyOf = (fields: readonly string[], cells: readonly string[]): object => {
  const body: [string, unknown][] = [];
  const attributes: [string, string][] = [];
  fields.forEach((field, index) => {
    const cell = cells[index] ?? '';
    if (cell === '') return;
    if (field.startsWith(attributePrefix)) attributes.push([field.slice(attributePrefix.length), cell]);
    else body.push([field, valueOf(field, cell)]);
  });
  return Object.fromEntries(attributes.length === 0 ? body : [...body, ['attributes', Object.fromEntries(attributes)]]);
};

/** What is wrong with it, the schema of the CDR says. */
const valueOf = (field: string, cell: string): unknown => {
  if (field === 'durationMs') return /^\d{1,15}$/.test(cell) ? Number(cell) : cell;
  return field === 'legs' ? cell.split(/[\s;|]+/) : cell;
};

const refuse = (detail: string) => ({ ok: false, detail }) as const;
