import type { EventBody, LogIndex, Place } from '@tollgate/event-store';
import type { Folder } from '@tollgate/folder';
import { requireAcknowledged } from './acknowledged';
import type { AcknowledgedNote } from './acknowledged';
import type { Readable } from './group-reader';
import { createLoader } from './load-group';
import type { OpenSegment } from './load-group';
import { findEnd, lastGroupOf } from './log-end';
import type { LogEnd } from './log-end';
import { aheadInOrder, replay } from './replay';

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
  requireAcknowledged(folder.path, acknowledged.read(), lastGroupOf(segment, end));
  segment.last = end.last;
  segment.lastCrc = end.crc;
  const { ledger, seed } = segment.header;
  const from = await index.start({ ledger, seed: Buffer.from(seed, 'hex'), last: end.last });
  segment.sizeBytes = end.offset;
  if (end.tornBytes > 0)
    onWarning('cut off what a crash had left of the last write', {
      ...{ file: `${folder.path}/${segment.name}`, offset: end.offset, bytes: end.tornBytes, last: String(end.last) },
    });
  if (segment.fileBytes > end.offset) await file.truncate(end.offset);
  segment.fileBytes = end.offset;
  await makeDurable(opened, acknowledged, end);
  const isOfOtherClasses = segment.header.classes.join('\n') !== classes.join('\n');
  if (isOfOtherClasses && segment.last >= segment.header.first) await log.segments.roll(classes);
  await replay(log, index, { from, onReplay });
};

/**
 * Whole it may be, and not durable: of a process that was killed before it knew. What is served must not be lost by a power failure,
 * so the last group is written again, unless it was noted as durable.
 */
const makeDurable = async ({ file }: OpenSegment, note: AcknowledgedNote, end: LogEnd): Promise<void> => {
  if (end.lastGroup === undefined || note.read()?.place === end.last) return;
  const bytes = Buffer.alloc(end.offset - end.lastGroup);
  file.read(bytes, { offset: 0, length: bytes.length, position: end.lastGroup });
  await file.write(bytes, end.lastGroup);
  note.write({ place: end.last, crc: end.crc });
};
