import type { RecordCommand } from '@tollgate/balance';
import {
  doubledFault,
  parseFurther,
  parseJson,
  parseJsonText,
  recordKinds,
  unreadUsageLine,
} from '@tollgate/contracts';
import type { Parsed } from '@tollgate/contracts';

type Kind = keyof typeof recordKinds;

/** The record that a line of a batch is: the body of the single call and its kind. */
export const parseLine = (line: string | Buffer): Parsed<RecordCommand> => {
  if (typeof line !== 'string') return parseAny(line);
  const unread = unreadUsageLine(line);
  return unread === undefined ? (parseKindFirst(line) ?? parseAny(line)) : { ok: true, value: unread };
};

/**
 * A valid line that begins with its kind, which is cut off the text: taking it out of the object would copy all of it. Absent
 * for any other line; a second kind in it is an unknown field, and so is left to `parseAny`.
 */
const parseKindFirst = (line: string): Parsed<RecordCommand> | undefined => {
  for (const { beginning, parse } of beginnings)
    if (line.startsWith(beginning)) {
      const text = `{"${line.slice(beginning.length)}`;
      const json = jsonOf(text);
      const parsed = parse(json);
      return parsed.ok && doubledFault(text, json) === undefined ? parsed : undefined;
    }
  return undefined;
};

/** Up to the quote of the next field: there is one. */
const beginnings = (Object.keys(recordKinds) as Kind[]).map((kind) => ({
  beginning: `{"kind":"${kind}","`,
  parse: recordKinds[kind],
}));

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const parseAny = (line: string | Buffer): Parsed<RecordCommand> =>
  parseFurther(documentOf(line), (value) => {
    if (!isObject(value)) return { ok: false, detail: 'the line must be a JSON object' };
    const { kind, ...body }: { kind?: unknown } = value;
    return typeof kind === 'string' && Object.hasOwn(recordKinds, kind)
      ? recordKinds[kind as Kind](body)
      : { ok: false, detail: 'kind: must be payment, usage, adjustment or reversal' };
  });

/** Whether a line is an object, whatever is wrong with it. */
export const isObjectLine = (line: string | Buffer): boolean => {
  const document = documentOf(line);
  return isObject(document.ok ? document.value : document.before);
};

const documentOf = (line: string | Buffer): Parsed<unknown> =>
  typeof line === 'string' ? parseJsonText(line) : parseJson(line);

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
