import type { RecordCommand } from '@tollgate/balance';
import { parseJson, parseJsonText, recordKinds } from '@tollgate/contracts';
import type { Parsed } from '@tollgate/contracts';

type Kind = keyof typeof recordKinds;

/** The record that a line of a batch is: the body of the single call and its kind. */
export const parseLine = (line: string | Buffer): Parsed<RecordCommand> =>
  (typeof line === 'string' ? parseKindFirst(line) : undefined) ?? parseAny(line);

/**
 * A valid line that begins with its kind, which is cut off the text: taking it out of the object would copy all of it. Absent
 * for any other line; a second kind in it is an unknown field, and so is left to `parseAny`.
 */
const parseKindFirst = (line: string): Parsed<RecordCommand> | undefined => {
  for (const { beginning, parse } of beginnings)
    if (line.startsWith(beginning)) {
      const parsed = parse(jsonOf(`{"${line.slice(beginning.length)}`));
      return parsed.ok ? parsed : undefined;
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

const parseAny = (line: string | Buffer): Parsed<RecordCommand> => {
  const parsed = typeof line === 'string' ? parseJsonText(line) : parseJson(line);
  if (!parsed.ok) return parsed;
  if (typeof parsed.value !== 'object' || parsed.value === null || Array.isArray(parsed.value))
    return { ok: false, detail: 'the line must be a JSON object' };
  const { kind, ...body }: { kind?: unknown } = parsed.value;
  return typeof kind === 'string' && Object.hasOwn(recordKinds, kind)
    ? recordKinds[kind as Kind](body)
    : { ok: false, detail: 'kind: must be payment, usage, adjustment or reversal' };
};
