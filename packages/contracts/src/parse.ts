import { z } from 'zod';
import type { RecordCommand } from '@tollgate/balance';
import { accountOpening, cutoffSetting } from './accounts';
import { describeFaults, faultMessage } from './invalid';
import { adjustment, payment, plainUsage, reversal, usage } from './records';

export type Parsed<Value> = { ok: true; value: Value } | { ok: false; detail: string };

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
    return parsed.ok ? { ok: true, value: toCommand(parsed.value) } : parsed;
  };

const mostMembers = 100;
const mostLevels = 8;
const vast = `too large: at most ${String(mostMembers)} fields or items in one place, ${String(mostLevels)} levels deep`;

/** Whether a value is far beyond any body of ours: a schema would find, and put into words, a fault for each of its members. */
const isVast = (value: unknown, level = 0): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  if (level === mostLevels) return true;
  if (Array.isArray(value)) return value.length > mostMembers || value.some((item) => isVast(item, level + 1));
  let members = 0;
  for (const key in value) {
    members += 1;
    if (members > mostMembers || isVast(Reflect.get(value, key), level + 1)) return true;
  }
  return false;
};

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/** A JSON document from its bytes; refuses bytes that are not UTF-8 and says where JSON breaks. */
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
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    return { ok: false, detail: `the body is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
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
