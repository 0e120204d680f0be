import { parseBody, parseCdr, parseJson, parseJsonText, unrated } from '@tollgate/contracts';
import type { Cdr, UnratedMessage } from '@tollgate/contracts';
import { rateCdr } from './rate-cdr';
import type { Partners } from './rate-cdr';

/** A message of the topic of what has no price, and its key there. */
export type Kept = { key: string; message: UnratedMessage };

type Raw = { key: Buffer | null; value: Buffer | null };

/** What stands unrated on a topic, folded from its messages in order: one that was sent again is followed by its key with nothing. */
export const createUnrated = () => {
  const kept = new Map<string, Kept>();
  return {
    add: ({ key: bytes, value }: Raw): void => {
      const key = bytes?.toString() ?? '';
      if (value === null || value.length === 0) {
        kept.delete(key);
        return;
      }
      const json = parseJson(value);
      const parsed = json.ok ? parseBody(unrated, json.value) : json;
      if (parsed.ok) kept.set(key, { key, message: parsed.value });
    },
    all: (): Kept[] => [...kept.values()],
  };
};

/** The CDR of an unrated message, for the leg that has no price; or why there is none. */
const cdrIn = ({ payload, truncated, leg }: UnratedMessage): Cdr | string => {
  if (truncated === true || typeof payload !== 'string')
    return 'not all of the CDR was kept: the switch must send it again';
  const json = parseJsonText(payload);
  const parsed = json.ok ? parseCdr(json.value) : json;
  if (!parsed.ok) return parsed.detail;
  return leg === undefined ? parsed.value : { ...parsed.value, legs: [leg] };
};

/** What would become of it now: the CDR to send, or why it would be unrated again. */
export type UnratedOutlook = { ok: true; cdr: Cdr } | { ok: false; reason: string; detail: string };

export const outlookOf = (partners: Partners, message: UnratedMessage): UnratedOutlook => {
  const cdr = cdrIn(message);
  if (typeof cdr === 'string') return { ok: false, reason: 'INVALID_REQUEST', detail: cdr };
  const [first] = rateCdr(partners, cdr).unrated;
  return first === undefined ? { ok: true, cdr } : { ok: false, ...first };
};

/** The account that the leg is of. */
export const accountOf = (message: UnratedMessage): string | undefined => {
  const cdr = cdrIn(message);
  if (typeof cdr === 'string' || message.leg === undefined) return undefined;
  return message.leg === 'inbound' ? cdr.originator : cdr.terminator;
};
