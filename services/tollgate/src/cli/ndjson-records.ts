import { parseJsonText } from '@tollgate/contracts';
import { withoutByteOrderMark } from './byte-order-mark';
import { fileLines, maxLineBytes } from './file-lines';
import type { FileLine } from './file-lines';
import { kindOfFields } from './import-record';
import type { ImportKind, ImportRecord } from './import-record';

/** Lines of JSON as records. A line goes out as it stands, so that no number is reformatted; only its kind is added. */
export async function* ndjsonRecords(
  chunks: AsyncIterable<Buffer>,
  kind: ImportKind | undefined,
): AsyncGenerator<ImportRecord> {
  for await (const found of fileLines(withoutByteOrderMark(chunks))) yield ndjsonRecord(found, kind);
}

/** An object is sent as it is: the server says what is wrong with it, as it would for any other client. A batch of anything else it refuses as a whole. */
export const ndjsonRecord = ({ line, bytes }: FileLine, kind: ImportKind | undefined): ImportRecord => {
  if (bytes === undefined)
    return { line, original: 'null', refusal: `the line is longer than ${String(maxLineBytes)} bytes` };
  const text = decode(bytes);
  if (text === undefined)
    return { line, original: JSON.stringify(bytes.toString('latin1')), refusal: 'the line is not UTF-8' };
  const json = parseJsonText(text);
  const value = json.ok ? json.value : json.before;
  if (!isObject(value)) {
    const refusal = json.ok ? 'the line must be a JSON object' : json.detail;
    return { line, original: JSON.stringify(text), refusal };
  }
  const hasField = (name: string): boolean => Object.hasOwn(value, name);
  const added = hasField('kind') ? undefined : (kind ?? kindOfFields(hasField));
  const batchLine = added === undefined ? text : withKind(text, added, Object.keys(value).length === 0);
  return { line, original: text.trim(), batchLine: Buffer.from(batchLine) };
};

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The text of a JSON object begins with white space and a brace: the kind goes right behind it. */
const withKind = (text: string, kind: ImportKind, isEmpty: boolean): string =>
  text.replace('{', `{"kind":"${kind}"${isEmpty ? '' : ','}`);

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const decode = (bytes: Buffer): string | undefined => {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
};
