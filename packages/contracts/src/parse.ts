import type { z } from 'zod';
import type { RecordCommand } from '@tollgate/balance';
import { describeFaults, faultMessage } from './invalid';
import { adjustment, payment, reversal, usage } from './records';

export type Parsed<Value> = { ok: true; value: Value } | { ok: false; detail: string };

/** Checks a JSON value against a schema; `detail` names every field that is wrong: `amount: must be …; currency: required`. */
export const parseBody = <Value>(schema: z.ZodType<Value>, body: unknown): Parsed<Value> => {
  const result = schema.safeParse(body);
  if (result.success) return { ok: true, value: result.data };
  // Parsed again for the words: an error map makes a valid parse take twice as long.
  const issues = schema.safeParse(body, { error: faultMessage }).error?.issues ?? [];
  return { ok: false, detail: describeFaults(issues, body) };
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
