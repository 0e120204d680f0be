import { LogDamaged } from '@tollgate/event-store';
import type { EventBody, LogIndex, Place } from '@tollgate/event-store';
import type { Folder } from '@tollgate/folder';
import type { AcknowledgedNote } from './acknowledged';
import type { Readable } from './group-reader';
import { createLoader } from './load-group';
import { findEnd } from './log-end';
import type { LogEnd } from './log-end';
import { aheadInOrder, replay } from './replay';
import type { SegmentHeader } from './segment-header';

export type OpenLogOptions<Body extends EventBody> = {
  folder: Folder;
  index: LogIndex<Body>;
  acknowledged: AcknowledgedNote;
  classes: readonly string[];
  onWarning(message: string, facts: object): void;
  onReplay?: ((place: Place, last: Place) => void) | undefined;
};

/** Finds the end of the log, cuts off what a crash left after it, and brings the index up to it. */
export const bringUp = async <Body extends EventBody>(
  log: Readable<Body>,
  { folder, index, acknowledged, classes, onWarning, onReplay }: OpenLogOptions<Body>,
): Promise<void> => {
  const segment = log.segments.last();
  const file = await log.segments.file(segment);
  const opened = { segment, file, end: segment.sizeBytes };
  const end = await findEnd(createLoader(log, aheadInOrder), opened, log.turn);
  requireAcknowledged(folder, acknowledged, { last: end.last, crc: lastGroupCrc(segment.header, end) });
  segment.last = end.last;
  segment.lastCrc = end.crc;
  const { ledger, seed } = segment.header;
  const from = await index.start({ ledger, seed: Buffer.from(seed, 'hex'), last: end.last });
  segment.sizeBytes = end.offset;
  if (end.tornBytes > 0) {
    onWarning('cut off what a crash had left of the last write', {
      ...{ file: `${folder.path}/${segment.name}`, offset: end.offset, bytes: end.tornBytes, last: String(end.last) },
    });
    await file.truncate(end.offset);
  }
  const isOfOtherClasses = segment.header.classes.join('\n') !== classes.join('\n');
  if (isOfOtherClasses && segment.last >= segment.header.first) await log.segments.roll(classes);
  await replay(log, index, { from, onReplay });
};

/** Of the last group, which the segment before has where this one has none yet. */
const lastGroupCrc = ({ first, before }: SegmentHeader, { last, crc }: LogEnd): number =>
  last < first ? before.crc : crc;

const requireAcknowledged = (
  { path }: Folder,
  note: AcknowledgedNote,
  { last, crc }: Pick<LogEnd, 'last' | 'crc'>,
): void => {
  const acknowledged = note.read();
  if (acknowledged === undefined || acknowledged.place < last) return;
  if (acknowledged.place > last)
    throw new LogDamaged(
      `the log in ${path} ends at ${String(last)}, though ${String(acknowledged.place)} was acknowledged: restore it from a copy, with its note "acknowledged" or without any`,
    );
  if (acknowledged.crc !== crc)
    throw new LogDamaged(
      `the log in ${path} ends at ${String(last)} with other events than were acknowledged there: restore it from a copy`,
    );
};
