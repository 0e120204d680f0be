import type { z } from 'zod';

const maxFaults = 20;
const maxNameLength = 64;

type Fault = readonly [name: string, words: string];

/** Every field that is wrong, by name: `amount: must be …; currency: required; vat: unknown field`. Short however long the body. */
export const describeFaults = (issues: readonly z.core.$ZodIssue[], body: unknown): string => {
  const faults = issues.slice(0, maxFaults + 1).flatMap((issue) => faultsOf(issue, body));
  // One fault a field, the first: a value of the wrong type may break other rules too.
  const byName = new Map(faults.toReversed());
  const names = [...new Set(faults.map(([name]) => name))];
  const texts = names.slice(0, maxFaults).map((name) => [name, byName.get(name)].join(name === '' ? '' : ': '));
  return [...texts, ...(names.length > maxFaults ? ['and more'] : [])].join('; ');
};

const faultsOf = (issue: z.core.$ZodIssue, body: unknown): Fault[] => {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys')
    return issue.keys.slice(0, maxFaults + 1).map((key) => [nameOf([...path, key]), 'unknown field']);
  if (path.length === 0) return [['', issue.code === 'invalid_type' ? `the body ${issue.message}` : issue.message]];
  const isMissing = valueAt(body, path) === undefined;
  return [[nameOf(path), isMissing ? 'required' : issue.message]];
};

/** `attributes.codec`; a key that is no plain word is quoted, and cut where it is long. */
export const nameOf = (path: readonly PropertyKey[]): string =>
  path
    .map(String)
    .map((key) => {
      const short = key.length > maxNameLength ? `${key.slice(0, maxNameLength)}…` : key;
      return /^\w[\w-]*…?$/.test(short) ? short : JSON.stringify(short);
    })
    .join('.');

/** JSON has no undefined: what is undefined was left out. */
const valueAt = (body: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined,
    body,
  );

/** What a rule that has no words of its own says when it is broken. */
export const faultMessage: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === 'invalid_type') return typeWords[issue.expected] ?? `must be of type ${issue.expected}`;
  if (issue.code === 'invalid_value') return `must be ${listOf(issue.values.map(String))}`;
  if (issue.code === 'too_small')
    return issue.origin in counted ? 'must not be empty' : `must be ${String(issue.minimum)} or more`;
  if (issue.code === 'too_big') {
    const of = counted[issue.origin];
    const most = String(issue.maximum);
    return of === undefined ? `must be ${most} or less` : `must have at most ${most} ${of}`;
  }
  if (issue.code === 'invalid_key') return `the key ${issue.issues.map(({ message }) => message).join(', ')}`;
  return undefined;
};

/** What is counted of what has no size of its own. */
const counted: Readonly<Record<string, string | undefined>> = { string: 'characters', array: 'items' };

const typeWords: Readonly<Record<string, string | undefined>> = {
  string: 'must be a string',
  number: 'must be a finite number',
  object: 'must be an object',
  record: 'must be an object',
  array: 'must be an array',
};

/** `a`, `a or b`, `a, b or c`. */
const listOf = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
