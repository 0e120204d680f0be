import type { LogEvent } from '@tollgate/contracts';
import { unseal } from './cipher';
import { findKey } from './key-folder';
import { keyText, sealedBy } from './key-name';
import type { KeyName } from './key-name';
import { boundTo } from './bound';
import { mayHaveNumbers, numbersIn, withoutNumbers } from './numbers';
import type { NumberField, Numbered } from './numbers';

/**
 * An event with its numbers where they can be had, else without them. `shredded`: their key was destroyed; `sealed`: it is not in the
 * folder, or is another one, or there is no folder. `hidden` says which of them it has, and `key` names the key.
 */
export type Opened<Event> =
  | { numbers: 'open'; event: Event }
  | { numbers: 'shredded' | 'sealed'; event: Event; hidden: readonly NumberField[]; key: string };

/** What was recorded without being sealed is open. */
export type Opener = <Event extends LogEvent>(event: Event) => Opened<Event>;

type Key = ReturnType<typeof findKey>;

/**
 * Opens what was read together: a key that it has found once it holds, and must be let go with it, so that one that is destroyed meanwhile
 * opens nothing that is asked for later.
 */
export const createOpener = (folder: string | undefined): Opener => {
  const known = new Map<string, Key>();

  const keyOf = (name: KeyName | undefined): Key => {
    if (folder === undefined || name === undefined) return 'missing';
    const text = keyText(name);
    const key = known.get(text) ?? findKey(folder, name);
    known.set(text, key);
    return key;
  };

  return (event) => {
    if (!mayHaveNumbers(event) || event.metadata.sealed === undefined) return { numbers: 'open', event };
    const { sealed, ...metadata } = event.metadata;
    const name = sealedBy(event.data.accountId, sealed);
    const key = keyOf(name);
    const numbers = typeof key === 'string' ? undefined : numbersOf(event, key.key);
    if (numbers !== undefined)
      return { numbers: 'open', event: { ...event, metadata, data: { ...event.data, ...numbers } } };
    return {
      numbers: key === 'shredded' ? 'shredded' : 'sealed',
      // Without what it must have: whoever reads it is told so.
      event: { ...event, data: withoutNumbers(event.data) },
      hidden: numbersIn(event.data),
      key: name === undefined ? sealed : keyText(name),
    };
  };
};

/** Absent where one of them does not open. */
const numbersOf = (event: Numbered, key: Uint8Array): Partial<Record<NumberField, string>> | undefined => {
  const numbers: Partial<Record<NumberField, string>> = {};
  for (const field of numbersIn(event.data)) {
    const number = unseal(key, event.data[field] ?? '', boundTo(event, field));
    if (number === undefined) return undefined;
    numbers[field] = number;
  }
  return numbers;
};
