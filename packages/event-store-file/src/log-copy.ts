import { LogDamaged } from '@tollgate/event-store';
import type { EventBody, EventCodec, Place } from '@tollgate/event-store';
import type { Folder } from '@tollgate/folder';
import { openAcknowledged } from './acknowledged';
import { copySegment } from './copy-segment';
import { findGroup } from './load-group';
import { lastGroupOf } from './log-end';
import { openToRead, untilAcknowledged } from './open-to-read';
import type { LogFiles } from './open-to-read';
import { firstOf } from './segment-header';

/** What a copy holds, and what of it was copied now. */
export type LogCopy = { ledger: string; last: Place; segments: number; sizeBytes: number; copiedBytes: number };

/** The folder holds no earlier copy of the log that is to be copied into it; nothing was changed. */
export class CopyRefused extends Error {
  override readonly name = 'CopyRefused';
  readonly why: 'other log' | 'ahead' | 'differs' | 'no room';

  constructor(why: CopyRefused['why'], message: string) {
    super(message);
    this.why = why;
  }
}

type Options<Body extends EventBody> = {
  codec: EventCodec<Body>;
  onProgress?: ((copiedBytes: number, ofBytes: number) => void) | undefined;
};

/**
 * Brings a copy of a log up to the last group that is durable, beside the process that writes the log. Each segment that the copy
 * has not, or has not whole, is copied, checked as it was written and only then takes its name: so the copy is a whole log
 * at every moment, and after a kill the next call goes on. All of it is durable when it resolves. Throws `CopyRefused`, `LogDamaged`.
 */
export const copyLog = async <Body extends EventBody>(
  from: Folder,
  to: Folder,
  { codec, onProgress }: Options<Body>,
): Promise<LogCopy> => {
  const source = await openDurable(from, codec);
  try {
    const kept = await keptOf(to, codec, source);
    const { all } = source.segments;
    const missing = all.filter(({ name, sizeBytes }) => kept.get(name) !== sizeBytes);
    const ofBytes = sum(missing);
    requireRoom(to, ofBytes);
    let copiedBytes = 0;
    for (const segment of missing)
      await copySegment(source, segment, {
        to,
        onCopied: (bytes) => {
          copiedBytes += bytes;
          onProgress?.(copiedBytes, ofBytes);
        },
      });
    await noteEnd(to, source);
    const { header, last } = source.segments.last();
    return { ledger: header.ledger, last, segments: all.length, sizeBytes: sum(all), copiedBytes };
  } finally {
    source.segments.close();
  }
};

const sum = (segments: readonly { sizeBytes: number }[]): number =>
  segments.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0);

/** Without its last group if it is not known to be durable: of one that a power failure undoes there must be no copy. */
const openDurable = async <Body extends EventBody>(
  folder: Folder,
  codec: EventCodec<Body>,
): Promise<LogFiles<Body>> => {
  const files = await openToRead(folder, codec);
  const { segments, loader, end } = files;
  const segment = segments.last();
  if ((await untilAcknowledged(folder, end.last)) || end.lastGroup === undefined) return files;
  const opened = { segment, file: await segments.file(segment), end: segment.sizeBytes };
  const { header } = findGroup(loader, opened, end.lastGroup) ?? fail(new LogDamaged(`${folder.path} is not a log`));
  const before = { offset: end.lastGroup, last: header.first - 1, crc: header.before };
  Object.assign(segment, { last: before.last, lastCrc: before.crc, sizeBytes: before.offset });
  return { segments, loader, end: { ...end, ...before, lastGroup: undefined } };
};

const fail = (error: Error): never => {
  throw error;
};

/** The segments that a copy has already, by their whole size. Throws unless it is an earlier state of the source. */
const keptOf = async <Body extends EventBody>(
  to: Folder,
  codec: EventCodec<Body>,
  source: LogFiles<Body>,
): Promise<Map<string, number>> => {
  if (!to.names().some((name) => firstOf(name) !== undefined)) return new Map();
  const copy = await openToRead(to, codec).catch((error: unknown) => {
    if (!(error instanceof LogDamaged)) throw error;
    throw new LogDamaged(`the copy is damaged: ${error.message}; begin another in an empty folder`);
  });
  try {
    requireSameLog(to, copy, source);
    await requireEarlier(to, copy, source);
    const { offset, tornBytes } = copy.end;
    const sizes = copy.segments.all.map(({ name, sizeBytes }): [string, number] => [name, sizeBytes]);
    return new Map(sizes).set(copy.segments.last().name, offset + tornBytes);
  } finally {
    copy.segments.close();
  }
};

const requireSameLog = (to: Folder, copy: LogFiles<EventBody>, source: LogFiles<EventBody>): void => {
  const [theirs, ours] = [copy.segments.last().header, source.segments.last().header];
  if (theirs.ledger !== ours.ledger || theirs.seed !== ours.seed)
    throw new CopyRefused(
      'other log',
      `${to.path} holds a copy of ledger ${theirs.ledger}, and ${source.loader.path} is ledger ${ours.ledger}: give it a folder of its own`,
    );
};

/** Checksums are chained: where the last one agrees, all that comes before does. */
const requireEarlier = async (to: Folder, copy: LogFiles<EventBody>, source: LogFiles<EventBody>): Promise<void> => {
  const [theirs, ours] = [copy.segments.last(), source.segments.last()];
  if (theirs.last > ours.last)
    throw new CopyRefused(
      'ahead',
      `${to.path} is ahead: it holds events up to position ${String(theirs.last)}, and ${source.loader.path} ends at ${String(ours.last)}. Keep it, and use another folder`,
    );
  const segment = source.segments.all.find(({ name }) => name === theirs.name);
  const isSame = segment?.headerCrc === theirs.headerCrc && (await crcAt(source, segment.name, copy.end.offset));
  if (isSame !== theirs.lastCrc)
    throw new CopyRefused(
      'differs',
      `${to.path} holds other events than ${source.loader.path} up to position ${String(theirs.last)}. Keep it, and use another folder`,
    );
};

/** The checksum of the group that ends at `offset`; absent if none does. */
const crcAt = async (
  { segments, loader }: LogFiles<EventBody>,
  name: string,
  offset: number,
): Promise<number | undefined> => {
  const segment = segments.all.find((one) => one.name === name);
  if (segment?.sizeBytes === offset) return segment.lastCrc;
  if (segment === undefined || offset > segment.sizeBytes) return undefined;
  const opened = { segment, file: await segments.file(segment), end: segment.sizeBytes };
  return findGroup(loader, opened, offset)?.header.before;
};

/** For what else has to be written, and for other users of the disk. */
const reserveBytes = 4 << 20;

const requireRoom = (to: Folder, bytes: number): void => {
  const free = to.freeBytes();
  if (bytes > 0 && free < bytes + reserveBytes)
    throw new CopyRefused(
      'no room',
      `the disk of ${to.path} has too little room: make ${String(Math.ceil((bytes + reserveBytes - free) / 1e6))} MB more free`,
    );
};

/** A copy that is cut short later is noticed by it. */
const noteEnd = async (to: Folder, { segments, end }: LogFiles<EventBody>): Promise<void> => {
  const note = await openAcknowledged(to);
  note.write(lastGroupOf(segments.last(), end));
  note.close();
};
