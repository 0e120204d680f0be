import { nameOf } from './invalid';

/** Far beyond any body of ours. */
export const most = { members: 100, levels: 8 };
export const vast = `too large: at most ${String(most.members)} fields or items in one place, ${String(most.levels)} levels deep`;

/** What is wrong with a text that says a name more than once in one object; `value` is what `JSON.parse` makes of it. */
export const doubledFault = (text: string, value: unknown): string | undefined =>
  // `JSON.parse` keeps one of each, so where no more can have been said, none was said twice: nearly always, in 0.2 µs a line.
  mostNamesIn(text) === namesIn(value, 0) ? undefined : findDoubled(text);

/** No fewer than the names in a JSON text: each ends with a quote and a colon, white space between them or not. */
const mostNamesIn = (text: string): number => {
  let count = 0;
  for (let at = text.indexOf(':'); at >= 0; at = text.indexOf(':', at + 1)) {
    const before = text.charCodeAt(at - 1);
    if (before === quote || before <= space) count += 1;
  }
  return count;
};

/** No more than the names in a value. */
const namesIn = (value: unknown, level: number): number => {
  if (typeof value !== 'object' || value === null || level === most.levels) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += namesIn(item, level + 1);
    return count;
  }
  for (const name in value) {
    const inner: unknown = (value as Record<string, unknown>)[name];
    count += typeof inner === 'object' ? 1 + namesIn(inner, level + 1) : 1;
    if (count > most.members * most.levels) break;
  }
  return count;
};

/** The first such name in a text that is JSON, as it is meant: `\u006b` is `k`. What is vast nobody need read to its end. */
const findDoubled = (text: string): string | undefined => {
  /** Of each object around, the names so far. */
  const around: Set<string>[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (opens.has(character)) {
      if (around.length === most.levels) return vast;
      around.push(new Set());
    } else if (closes.has(character)) around.pop();
    else if (character === quote) {
      const end = endOfString(text, at + 1);
      const names = isName(text, end + 1) ? around.at(-1) : undefined;
      const fault = names && faultOfName(names, text.slice(at, end + 1));
      if (fault !== undefined) return fault;
      at = end;
    }
  }
  return undefined;
};

const faultOfName = (names: Set<string>, quoted: string): string | undefined => {
  const name = JSON.parse(quoted) as string;
  if (names.has(name)) return `${nameOf([name])}: said more than once in one object; say it once`;
  names.add(name);
  return names.size > most.members ? vast : undefined;
};

/** The place of the quote that ends a string: one behind an even number of backslashes. */
const endOfString = (text: string, start: number): number => {
  for (let end = text.indexOf('"', start); ; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === backslash) slashes += 1;
    if (slashes % 2 === 0) return end;
  }
};

/** Whether a string that ends before `at` is a name: a colon follows. */
const isName = (text: string, at: number): boolean => {
  let next = at;
  while (text.charCodeAt(next) <= space) next += 1;
  return text.charCodeAt(next) === colon;
};

const space = 0x20;
const quote = 0x22;
const colon = 0x3a;
const backslash = 0x5c;
const opens = new Set([0x5b, 0x7b]);
const closes = new Set([0x5d, 0x7d]);
