import type { z } from 'zod';
import type { RecordCommand } from '@tollgate/balance';
import { describeFaults, faultMessage } from './invalid';
import { adjustment, payment, reversal, usage } from './records';

export type Parsed<Value> = { ok: true; value: Value } | { ok: false; detail: string };

/** Checks a JSON value against a schema; `detail` names every field that is wrong: `amount: must be …; currency: required`. */
export const parseBody = <Value>(schema: z.ZodType<Value>, body: unknown): Parsed<Value> => {
  if (isVast(body)) return { ok: false, detail: vast };
  const result = schema.safeParse(body);
  if (result.success) return { ok: true, value: result.data };
  // Parsed again for the words: an error map makes a valid parse take twice as long.
  const issues = schema.safeParse(body, { error: faultMessage }).error?.issues ?? [];
  return { ok: false, detail: describeFaults(issues, body) };
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
  payment: (body: unknown) => asCommand(parseBody(payment, body), (data) => ({ type: 'RecordPayment', data })),
  usage: (body: unknown) => asCommand(parseBody(usage, body), (data) => ({ type: 'ChargeUsage', data })),
  adjustment: (body: unknown) => asCommand(parseBody(adjustment, body), (data) => ({ type: 'AdjustBalance', data })),
  reversal: (body: unknown) => asCommand(parseBody(reversal, body), (data) => ({ type: 'ReverseEntry', data })),
} as const satisfies Record<string, (body: unknown) => Parsed<RecordCommand>>;

const asCommand = <Body>(parsed: Parsed<Body>, toCommand: (body: Body) => RecordCommand): Parsed<RecordCommand> =>
  parsed.ok ? { ok: true, value: toCommand(parsed.value) } : parsed;
