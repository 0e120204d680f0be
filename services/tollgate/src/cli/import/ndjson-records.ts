import { fileLines, maxLineBytes } from './file-lines';
import type { FileLine } from './file-lines';
import { kindOfFields } from './import-record';
import type { ImportKind, ImportRecord } from './import-record';
import { textOf } from './utf-8';

/** Lines of JSON as records. A line goes out as it stands, so that no number is reformatted; only its kind is added. */
export async function* ndjsonRecords(
  chunks: AsyncIterable<Buffer>,
  kind: ImportKind | undefined,
): AsyncGenerator<ImportRecord> {
  for await (const found of fileLines(chunks)) yield ndjsonRecord(found, kind);
}

/** What is no JSON object is refused here, and the fields of those that are by the server. */
export const ndjsonRecord = ({ line, bytes: raw }: FileLine, kind: ImportKind | undefined): ImportRecord => {
  if (raw === undefined)
    return { line, raw, refusal: `the line is longer than ${String(maxLineBytes)} bytes, and is not kept` };
  const text = textOf(raw);
  if (text === undefined) return { line, raw, refusal: 'the line is not UTF-8' };
  const json = jsonOf(text);
  if ('fault' in json) return { line, raw, refusal: json.fault };
  const hasField = (name: string): boolean => Object.hasOwn(json.value, name);
  const added = hasField('kind') ? undefined : (kind ?? kindOfFields(hasField));
  const batchLine = added === undefined ? text : withKind(text, added, Object.keys(json.value).length === 0);
  return { line, raw, batchLine: Buffer.from(batchLine) };
};

/** The text of a JSON object begins with white space and a brace: the kind goes right behind it. */
const withKind = (text: string, kind: ImportKind, isEmpty: boolean): string =>
  text.replace('{', `{"kind":"${kind}"${isEmpty ? '' : ','}`);

const jsonOf = (text: string): { value: object } | { fault: string } => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? { value }
      : { fault: 'the line must be a JSON object' };
  } catch (error) {
    return { fault: `the line is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
};
