import { findKey, keysOf, makeKeys } from './key-folder';
import type { KeyName } from './key-name';

export type Key = { name: KeyName; key: Uint8Array };

/**
 * The keys in a folder that this process seals with; others may use the same. Between two calls only their names are known: what is
 * destroyed or lost meanwhile is not used again.
 */
export const createCurrentKeys = (folder: string) => {
  /** By account, those of the month in which something was sealed last: known by name only. */
  let current: { month: string; names: Map<string, KeyName> } | undefined;

  const namesOf = (month: string): Map<string, KeyName> => {
    if (current?.month !== month) {
      const there = keysOf(folder, month).filter(({ isShredded }) => !isShredded);
      current = { month, names: new Map(there.map(({ accountId, id }) => [accountId, { month, accountId, id }])) };
    }
    return current.names;
  };

  const keyOf = (month: string, accountId: string): Key | undefined => {
    const name = namesOf(month).get(accountId);
    const found = name && findKey(folder, name);
    return name !== undefined && typeof found === 'object' ? { name, key: found.key } : undefined;
  };

  /** Adds a key for each account. Rejects where one cannot be made; what was there is added all the same. */
  const addKeys = async (keys: Map<string, Key>, month: string, accountIds: ReadonlySet<string>): Promise<void> => {
    const keyless: string[] = [];
    for (const accountId of accountIds) {
      const key = keyOf(month, accountId);
      if (key === undefined) keyless.push(accountId);
      else keys.set(accountId, key);
    }
    if (keyless.length === 0) return;
    for (const name of await makeKeys(folder, month, keyless)) {
      namesOf(month).set(name.accountId, name);
      const key = keyOf(month, name.accountId);
      if (key !== undefined) keys.set(name.accountId, key);
    }
  };

  return { addKeys };
};
