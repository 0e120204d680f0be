import type { RecordCommand, UnreadUsage, Usage } from '@tollgate/balance';
import { amountPattern } from '@tollgate/money';
import { accountIdPattern, instantPattern } from './fields';
import { arePlain, mostAttributesText } from './records';

/**
 * The command that a body of `POST /v1/usage` is, where it is right and stands there as it will be recorded: fields in the order of
 * the schema, without white space, in ASCII without escapes. Then it need not be read to be recorded, which takes a fifth of the time.
 * Absent for any other text, right or wrong.
 */
export const unreadUsage = (text: string): RecordCommand | undefined => commandIn(bodyPattern.exec(text));

/** The same of a line of a batch, which names its kind first. */
export const unreadUsageLine = (line: string): RecordCommand | undefined => commandIn(linePattern.exec(line));

export const isUnreadUsage = (value: unknown): value is RecordCommand => value instanceof ChargeUnread;

const quoted = (pattern: string): string => `"${pattern}"`;
const inner = ({ source }: RegExp): string => source.slice(1, -1);

const recordId = '[!#-\\[\\]-~]{1,128}';
const label = quoted('[ !#-\\[\\]-~]{0,500}');
const instant = quoted(inner(instantPattern));
/** As `JSON.stringify` writes it, of no more digits than a double holds. */
const number = '(?:0|[1-9][0-9]{0,8})(?:\\.[0-9]{0,5}[1-9])?';
/** Of ASCII and without other objects inside; what it is, only reading tells. */
const map = '(\\{[ -z|~]*\\})';

const has = (name: string, pattern: string): string => `"${name}":${pattern}`;
const mayHave = (name: string, pattern: string): string => `(?:,"${name}":${pattern})?`;

/** Captures what is read of it, in this order: all of the fields, then those of `Fields`. */
const fields = `(${[
  has('usageId', quoted(`(${recordId})`)),
  has('accountId', quoted(`(${inner(accountIdPattern)})`)),
  has('direction', quoted('(inbound|outbound)')),
  has('amount', quoted(`(${inner(amountPattern).replaceAll('(', '(?:')})`)),
  has('currency', quoted('([A-Z]{3})')),
].join()}${[
  mayHave('callId', label),
  mayHave('startedAt', instant),
  mayHave('endedAt', instant),
  mayHave('durationSeconds', number),
  mayHave('caller', label),
  mayHave('callee', label),
  mayHave('ratedAt', instant),
  mayHave('attributes', map),
  mayHave('authorizationId', quoted(`(${recordId})`)),
  mayHave('final', '(?:true|false)'),
].join('')})`;

const bodyPattern = new RegExp(`^\\{${fields}\\}$`);
const linePattern = new RegExp(`^\\{"kind":"usage",${fields}\\}$`);

type Fields = [
  whole: string,
  text: string,
  usageId: string,
  accountId: string,
  direction: Usage['direction'],
  amount: string,
  currency: string,
  attributes: string | undefined,
  authorizationId: string | undefined,
];

const commandIn = (found: RegExpExecArray | null): RecordCommand | undefined => {
  if (found === null) return undefined;
  const usage = new UsageInText(found as string[] as Fields);
  return found[7] === undefined || isAsRecorded(found[7]) ? new ChargeUnread(usage) : undefined;
};

/** A name that is said twice, or that JavaScript puts elsewhere, is written otherwise. */
const isAsRecorded = (attributes: string): boolean => {
  if (attributes.length > mostAttributesText) return false;
  try {
    const map: unknown = JSON.parse(attributes);
    return arePlain(map) && JSON.stringify(map) === attributes;
  } catch {
    return false;
  }
};

class UsageInText implements UnreadUsage {
  readonly text: string;
  readonly usageId: string;
  readonly accountId: string;
  readonly direction: Usage['direction'];
  readonly amount: string;
  readonly currency: string;
  readonly authorizationId: string | undefined;
  #data: Usage | undefined;

  constructor([, text, usageId, accountId, direction, amount, currency, , authorizationId]: Fields) {
    this.text = text;
    this.usageId = usageId;
    this.accountId = accountId;
    this.direction = direction;
    this.amount = amount;
    this.currency = currency;
    this.authorizationId = authorizationId;
  }

  get data(): Usage {
    return (this.#data ??= JSON.parse(`{${this.text}}`) as Usage);
  }
}

class ChargeUnread {
  readonly type = 'ChargeUsage';
  readonly #unread: UnreadUsage;

  constructor(unread: UnreadUsage) {
    this.#unread = unread;
  }

  get unread(): UnreadUsage {
    return this.#unread;
  }

  get data(): Usage {
    return this.#unread.data;
  }

  toJSON(): object {
    const { type, data } = this;
    return { type, data };
  }
}
