import { setTimeout as delay } from 'node:timers/promises';
import type { EventBody, EventCodec, Place } from '@tollgate/event-store';
import type { Folder } from '@tollgate/folder';
import { openAcknowledged, requireAcknowledged } from './acknowledged';
import type { Acknowledged } from './acknowledged';
import { createLoader } from './load-group';
import type { Loader } from './load-group';
import { findEnd, lastGroupOf } from './log-end';
import type { LogEnd } from './log-end';
import { aheadInOrder } from './replay';
import { openSegments } from './segments';
import type { Segments } from './segments';

/** The files of a log up to its last whole group, opened beside whoever writes them. */
export type LogFiles<Body extends EventBody> = { segments: Segments; loader: Loader<Body>; end: LogEnd };

/** Writes nothing. Throws `LogDamaged` where the last segment is not what was written, or ends before what was acknowledged. */
export const openToRead = async <Body extends EventBody>(
  folder: Folder,
  codec: EventCodec<Body>,
): Promise<LogFiles<Body>> => {
  // Before the log, which only grows: what the note says must be in it.
  const noted = await readAcknowledged(folder);
  const segments = await openSegments(folder);
  const last = segments.last();
  const loader = createLoader({ path: folder.path, codec }, aheadInOrder);
  try {
    const opened = { segment: last, file: await segments.file(last), end: last.sizeBytes };
    const end = await findEnd(loader, opened, () => new Promise(setImmediate));
    requireAcknowledged(folder.path, noted, lastGroupOf(last, end));
    Object.assign(last, { last: end.last, lastCrc: end.crc, sizeBytes: end.offset });
    return { segments, loader, end };
  } catch (error) {
    segments.close();
    throw error;
  }
};

const readAcknowledged = async (folder: Folder): Promise<Acknowledged | undefined> => {
  const note = await openAcknowledged(folder, { isReadOnly: true });
  try {
    return note.read();
  } finally {
    note.close();
  }
};

const patienceMs = 1_000;
const pollMs = 20;

/**
 * A group can be seen a moment before it is durable. The process that writes it notes when it is; where nobody does, nobody
 * writes, and what is whole is what the next start will find. Returns whether it was noted, or there are no notes.
 */
export const untilAcknowledged = async (folder: Folder, last: Place): Promise<boolean> => {
  const acknowledged = await openAcknowledged(folder, { isReadOnly: true });
  const isBehind = (): boolean => (acknowledged.read()?.place ?? last) < last;
  try {
    for (let waitedMs = 0; isBehind() && waitedMs < patienceMs; waitedMs += pollMs) await delay(pollMs);
    return !isBehind();
  } finally {
    acknowledged.close();
  }
};
