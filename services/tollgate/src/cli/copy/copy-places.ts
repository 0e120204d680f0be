import { resolve } from 'node:path';
import type { Position } from '@tollgate/event-store';
import { readConnectionString } from '@tollgate/event-store-esdb/connection-string';
import { createStoreNames } from '@tollgate/event-store-esdb/store-names';
import { initialStreamPrefix } from '../../setting-values';
import { SettingsError } from '../../settings';
import type { StorePlace } from './store-place';

/** Where a log is copied from or to. */
export type CopyPlace = { kind: 'folder'; data: string } | ({ kind: 'eventstore' } & StorePlace);

/** Positions that are left out of what is copied. Throws `SettingsError`. */
export const readWithout = (from: CopyPlace, texts: readonly string[]): Position[] => {
  if (texts.length > 0 && from.kind === 'folder')
    throw new SettingsError('--without: nobody else writes to a folder; it is for --from eventstore');
  return texts.map((text) => {
    if (!/^\d{1,19}$/.test(text))
      throw new SettingsError(`--without: must be the position of an event, a whole number, not "${text}"`);
    return BigInt(text);
  });
};

const folder = 'folder:';

/** The places that two flags and the environment name. Throws `SettingsError`, naming what is wrong. */
export const readPlaces = (
  flags: { from: string; to: string },
  environment: NodeJS.ProcessEnv,
): { from: CopyPlace; to: CopyPlace } => {
  const from = placeOf('from', flags.from, environment);
  const to = placeOf('to', flags.to, environment);
  if (from.kind === 'folder' && to.kind === 'folder')
    throw new SettingsError('--to: a folder is copied to a folder by "tollgate backup" and "tollgate restore"');
  if (
    from.kind === 'eventstore' &&
    to.kind === 'eventstore' &&
    from.url === to.url &&
    from.streamPrefix === to.streamPrefix
  )
    throw new SettingsError('EVENTSTORE_URL_TO: it is the log that is copied; name another store, or another prefix');
  return { from, to };
};

const placeOf = (flag: 'from' | 'to', text: string, environment: NodeJS.ProcessEnv): CopyPlace => {
  if (text.length > folder.length && text.startsWith(folder))
    return { kind: 'folder', data: resolve(text.slice(folder.length)) };
  if (text !== 'eventstore') throw new SettingsError(`--${flag}: must be folder:PATH or eventstore`);
  const [urlName, prefixName] = [
    `EVENTSTORE_URL_${flag.toUpperCase()}`,
    `EVENTSTORE_STREAM_PREFIX_${flag.toUpperCase()}`,
  ];
  const url = environment[urlName] ?? '';
  if (url === '') throw new SettingsError(`${urlName}: must be the connection string of the event store`);
  const streamPrefix = environment[prefixName] || initialStreamPrefix;
  for (const [name, read] of [
    [urlName, () => readConnectionString(url)],
    [prefixName, () => createStoreNames(streamPrefix)],
  ] as const)
    requireReadable(name, read);
  return { kind: 'eventstore', url, streamPrefix };
};

const requireReadable = (name: string, read: () => unknown): void => {
  try {
    read();
  } catch (error) {
    throw new SettingsError(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
};
