import { existsSync } from 'node:fs';
import type { LogEvent } from '@tollgate/contracts';
import { boundTo } from './bound';
import { seal } from './cipher';
import { createCurrentKeys } from './current-keys';
import type { Key } from './current-keys';
import { findKey } from './key-folder';
import { keyNameIn, sealText } from './key-name';
import type { KeyName } from './key-name';
import { mayHaveNumbers, numbersIn } from './numbers';
import type { NumberField, Numbered } from './numbers';

/** Seals an event as it will be recorded; what has no numbers is returned as it is. Throws where there is no key for it, with why. */
type Sealer = <Event extends LogEvent>(event: Event) => Event;

export type NumberKeys = {
  readonly folder: string;
  /** Seals these events, with keys that are on the disk. One that cannot be made is tried again by the next call. */
  sealerFor(events: readonly LogEvent[]): Promise<Sealer>;
  /** A key was asked for, by its text, that is not there, or is another one. */
  noteMissing(key: string): void;
  /** Why numbers cannot be sealed, or compared with those that were recorded; absent while all is well. */
  fault(): string | undefined;
};

/** Seals with the keys in a folder, and makes those that are not there yet. */
export const openNumberKeys = (folder: string): NumberKeys => {
  const { addKeys } = createCurrentKeys(folder);
  let failed: { why: string; atMs: number } | undefined;
  const missing = new Map<string, Missed>();

  return {
    folder,
    sealerFor: async (events) => {
      const keys = new Map<string, Map<string, Key>>();
      let why = '';
      for (const [month, accountIds] of accountsByMonth(events)) {
        const ofMonth = new Map<string, Key>();
        keys.set(month, ofMonth);
        await addKeys(ofMonth, month, accountIds).catch((error: unknown) => {
          why = error instanceof Error ? error.message : String(error);
          failed = { why, atMs: performance.now() };
        });
      }
      return (event) => {
        if (!hasNumbers(event)) return event;
        const key = keys.get(monthOf(event))?.get(event.data.accountId);
        if (key === undefined) throw new Error(`no key can be made in ${folder} to seal numbers with: ${why}`);
        return {
          ...event,
          data: { ...event.data, ...sealed(event, key.key) },
          metadata: sealedMetadata(event, key.name),
        };
      };
    },
    noteMissing: (key) => {
      missing.set(key, { wasThere: isThere(folder, key), atMs: performance.now() });
    },
    fault: () => {
      if (!existsSync(folder)) return `the folder of number keys ${folder} is not there`;
      if (failed !== undefined && performance.now() - failed.atMs < failureMs)
        return `no key can be made in ${folder}: ${failed.why}`;
      for (const [key, missed] of missing) if (isSettled(folder, key, missed)) missing.delete(key);
      return missing.size === 0
        ? undefined
        : `keys that numbers were sealed with are not in ${folder}, or others are there by their names: ${[...missing.keys()].slice(0, mostNamed).join(', ')}: put them back; those that are lost, destroy by "tollgate numbers shred --key"`;
    },
  };
};

const mostNamed = 3;
/** Whoever is sent nothing more after a failure would never see that it is over. */
const failureMs = 30_000;

/** `wasThere`: it was another one, by its name. */
type Missed = { wasThere: boolean; atMs: number };

const isThere = (folder: string, key: string): boolean => {
  const name = keyNameIn(key);
  return name !== undefined && typeof findKey(folder, name) === 'object';
};

/** It was put back, or destroyed by its name. Whether it is the right one now only those tell who ask for it again. */
const isSettled = (folder: string, key: string, { wasThere, atMs }: Missed): boolean => {
  const name = keyNameIn(key);
  const found = name === undefined ? 'shredded' : findKey(folder, name);
  if (typeof found === 'string') return found === 'shredded';
  return !wasThere || performance.now() - atMs >= failureMs;
};

const hasNumbers = <Event extends LogEvent>(event: Event): event is Event & Numbered =>
  mayHaveNumbers(event) && numbersIn(event.data).length > 0;

const monthOf = (event: Numbered): string => event.metadata.source.receivedAt.slice(0, '2026-01'.length);

const accountsByMonth = (events: readonly LogEvent[]): Map<string, Set<string>> => {
  const months = new Map<string, Set<string>>();
  for (const event of events) {
    if (!hasNumbers(event)) continue;
    const month = monthOf(event);
    const accounts = months.get(month) ?? new Set();
    months.set(month, accounts.add(event.data.accountId));
  }
  return months;
};

const sealed = (event: Numbered, key: Uint8Array): Partial<Record<NumberField, string>> => {
  const numbers: Partial<Record<NumberField, string>> = {};
  for (const field of numbersIn(event.data)) numbers[field] = seal(key, event.data[field] ?? '', boundTo(event, field));
  return numbers;
};

const sealedMetadata = (event: Numbered, name: KeyName) => ({ ...event.metadata, sealed: sealText(name) });
