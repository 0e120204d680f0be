import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Position } from '@tollgate/event-store';
import { lmdbFileOf, readRelayPosition } from '@tollgate/event-store-lmdb';
import { foldersOf } from '../folders';

/** Folders of the format before this one, inside a data folder. */
const oldNames = ['event-log', 'intake-index', 'read-models', 'cutoff-state', 'traffic-relay', 'rejected-relay'];

export const oldLogOf = (data: string): string => join(data, 'event-log');

export const hasOldLog = (data: string): boolean => existsSync(lmdbFileOf(oldLogOf(data)));

/** Whether a data folder was written by a Tollgate before segment files and has not been upgraded. */
export const oldFormatIn = (data: string): boolean => hasOldLog(data) && !hasLog(data);

/** Whether there is a log in segment files. An empty folder, made by hand or by a mount, is none. */
export const hasLog = (data: string): boolean => isLog(foldersOf(data).log);

export const isLog = (folder: string): boolean =>
  existsSync(folder) && readdirSync(folder).some((name) => name.endsWith('.log'));

/** What may be removed by hand once a folder is upgraded. */
export const oldFoldersIn = (data: string): string[] =>
  oldNames.map((name) => join(data, name)).filter((path) => existsSync(path));

/** How far each relay was acknowledged, by the name it has now; those that never ran are left out. */
export const relayPositionsIn = async (data: string): Promise<Map<string, Position>> => {
  const positions = new Map<string, Position>();
  for (const [name, folder] of Object.entries({ 'traffic-control': 'traffic-relay', rejected: 'rejected-relay' })) {
    const position = await readRelayPosition(join(data, folder));
    if (position !== undefined) positions.set(name, position);
  }
  return positions;
};
