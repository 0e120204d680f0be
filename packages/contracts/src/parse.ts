import { z } from 'zod';
import type { RecordCommand } from '@tollgate/balance';
import { accountOpening, cutoffSetting } from './accounts';
import { acknowledgement } from './acknowledgements';
import { authorization, extending, releasing } from './authorizations';
import { cdr } from './cdr';
import { doubledFault, most, vast } from './doubled-name';
import { describeFaults, faultMessage } from './invalid';
import { adjustment, payment, plainUsage, reversal, usage } from './records';
import { statementClosing } from './statements';

/** `before`: of JSON that says a name twice, what it was taken for while the last value counted. */
export type Parsed<Value> = { ok: true; value: Value } | { ok: false; detail: string; before?: Value };

/** Checks a JSON value against a schema; `detail` names every field that is wrong: `amount: must be …; currency: required`. */
export const parseBody = <Value>(schema: z.ZodType<Value>, body: unknown): Parsed<Value> => {
  if (isVast(body)) return { ok: false, detail: vast };
  const result = schema.safeParse(body, { error: faultMessage });
  return result.success
    ? { ok: true, value: result.data }
    : { ok: false, detail: describeFaults(result.error.issues, body) };
};

/**
 * As `parseBody`, for what is checked all the time: a schema is made into code once, be it one that accepts only what is usual. What
 * that refuses, the schema itself judges and puts into words.
 */
const createParser = <Value>(
  schema: z.ZodType<Value>,
  usual: z.ZodType<Value> = schema,
): ((body: unknown) => Parsed<Value>) => {
  // Not z.compile: it asks the schema at once where it refuses, and a vast body must not get that far.
  const check = z.core.compileFn(usual);
  return (body) => {
    const value = check(body);
    return value === z.INVALID ? parseBody(schema, body) : { ok: true, value };
  };
};

const asCommand =
  <Body>(parse: (body: unknown) => Parsed<Body>, toCommand: (body: Body) => RecordCommand) =>
  (body: unknown): Parsed<RecordCommand> => {
    const parsed = parse(body);
    return parsed.ok ? { ok: true, value: toCommand(parsed.value) } : { ok: false, detail: parsed.detail };
  };

/** Whether a value is far beyond any body of ours: a schema would find, and put into words, a fault for each of its members. */
const isVast = (value: unknown, level = 0): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  if (level === most.levels) return true;
  if (Array.isArray(value)) return value.length > most.members || value.some((item) => isVast(item, level + 1));
  let members = 0;
  for (const key in value) {
    members += 1;
    if (members > most.members || isVast(Reflect.get(value, key), level + 1)) return true;
  }
  return false;
};

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/** A JSON document from its bytes; refuses bytes that are not UTF-8 and names said twice, and says where JSON breaks. */
export const parseJson = (bytes: Uint8Array): Parsed<unknown> => {
  let text: string;
  try {
    text = strictUtf8.decode(bytes);
  } catch {
    return { ok: false, detail: 'the body is not UTF-8' };
  }
  return parseJsonText(text);
};

export const parseJsonText = (text: string): Parsed<unknown> => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { ok: false, detail: `the body is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  const detail = doubledFault(text, value);
  return detail === undefined ? { ok: true, value } : { ok: false, detail, before: value };
};

/** What `parse` makes of a document, and of what it was taken for before. */
export const parseFurther = <Value>(
  document: Parsed<unknown>,
  parse: (value: unknown) => Parsed<Value>,
): Parsed<Value> => {
  if (document.ok) return parse(document.value);
  const { detail, before } = document;
  const meant = before === undefined ? undefined : parse(before);
  return meant?.ok === true ? { ok: false, detail, before: meant.value } : { ok: false, detail };
};

/** The record commands by the `kind` a batch line names. */
export const recordKinds = {
  payment: asCommand(createParser(payment), (data) => ({ type: 'RecordPayment', data })),
  usage: asCommand(createParser(usage, plainUsage), (data) => ({ type: 'ChargeUsage', data })),
  adjustment: asCommand(createParser(adjustment), (data) => ({ type: 'AdjustBalance', data })),
  reversal: asCommand(createParser(reversal), (data) => ({ type: 'ReverseEntry', data })),
} as const satisfies Record<string, (body: unknown) => Parsed<RecordCommand>>;

export const parseOpening = createParser(accountOpening);
export const parseCutoff = createParser(cutoffSetting);
export const parseAuthorization = createParser(authorization);
export const parseExtending = createParser(extending);
export const parseReleasing = createParser(releasing);
export const parseAcknowledgement = createParser(acknowledgement);
export const parseCdr = createParser(cdr);
export const parseStatementClosing = createParser(statementClosing);
