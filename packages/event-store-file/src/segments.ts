import { randomBytes, randomUUID } from 'node:crypto';
import { LogDamaged, LogUnavailable } from '@tollgate/event-store';
import type { Folder, FolderFile } from '@tollgate/folder';
import { endOfBytes } from './room';
import { createMarks } from './segment';
import type { Segment } from './segment';
import { decodeSegmentHeader, encodeSegmentHeader, firstOf, nameOf, segmentHeaderBytes } from './segment-header';
import type { SegmentHeader } from './segment-header';

/** The files of a log, in order. */
export type Segments = {
  readonly all: readonly Segment[];
  /** The one that is written to. */
  last(): Segment;
  /** Opened if it is not. Ask again after having waited for something else: what is not used is closed. */
  file(segment: Segment): FolderFile | Promise<FolderFile>;
  /** Begins the next one; where it throws, nothing has changed. */
  roll(classes: readonly string[]): Promise<void>;
  close(): void;
};

export type NewLog = { classes: readonly string[]; ledger?: string | undefined; seed?: Uint8Array | undefined };

/** What is being made until it has its name. */
export const unfinished = 'next-segment';
const openAtOnce = 64;

/** Opens what is there; an empty folder becomes a new log if `created` says of which kind. */
export const openSegments = async (folder: Folder, created?: NewLog): Promise<Segments> => {
  const all = await readHeaders(folder);
  checkSuccession(all, folder);
  if (all.length === 0 && created !== undefined) all.push(await createSegment(folder, firstHeader(created)));
  if (all.length === 0) throw new Error(`there is no log in ${folder.path}`);
  const lastOf = (): Segment => all.at(-1) ?? neverEmpty();
  let isClosed = false;
  const open = async (segment: Segment): Promise<FolderFile> => {
    const file = await folder.open(segment.name, { isReadOnly: created === undefined || segment !== lastOf() });
    if (isClosed || segment.file !== undefined) file.close();
    if (isClosed) throw new LogUnavailable('the log is closed');
    segment.file ??= file;
    closeUnused(all, segment);
    return segment.file;
  };
  return {
    all,
    last: lastOf,
    file: (segment) => segment.file ?? open(segment),
    roll: async (classes) => {
      const { header, last, lastCrc, sizeBytes } = lastOf();
      const before = { first: header.first, sizeBytes, crc: lastCrc };
      all.push(await createSegment(folder, { ...header, first: last + 1, before, classes }));
    },
    close: () => {
      isClosed = true;
      for (const segment of all) closeFile(segment);
    },
  };
};

const neverEmpty = (): never => {
  throw new Error('a log has a segment');
};

const closeFile = (segment: Segment): void => {
  segment.file?.close();
  segment.file = undefined;
};

const closeUnused = (all: readonly Segment[], used: Segment): void => {
  const opened = all.filter(({ file }) => file !== undefined);
  if (opened.length <= openAtOnce) return;
  const other = opened.find((segment) => segment !== used && segment !== all.at(-1));
  const file = other?.file;
  if (other === undefined || file === undefined) return;
  other.file = undefined;
  // Whoever has just been given it reads from it in this turn.
  setImmediate(() => {
    file.close();
  });
};

const firstHeader = ({ classes, ledger = randomUUID(), seed = randomBytes(16) }: NewLog): SegmentHeader => ({
  ...{ ledger, seed: Buffer.from(seed).toString('hex'), first: 1, classes },
  before: { first: 0, sizeBytes: 0, crc: 0 },
});

const segmentOfHeader = (header: SegmentHeader, headerCrc: number, sizeBytes: number): Segment => ({
  ...{ name: nameOf(header.first), header, headerCrc, sizeBytes, fileBytes: sizeBytes },
  ...{ last: header.first - 1, lastCrc: headerCrc, file: undefined },
  marks: createMarks(segmentHeaderBytes, header.first),
});

/** It has its name only once its header is whole: a crash leaves none or a whole one. */
const createSegment = async (folder: Folder, header: SegmentHeader): Promise<Segment> => {
  const { bytes, crc } = encodeSegmentHeader(header);
  const file = await folder.open(unfinished, { isNew: true });
  try {
    await file.write(bytes, 0);
  } finally {
    file.close();
  }
  await folder.rename(unfinished, nameOf(header.first));
  return segmentOfHeader(header, crc, segmentHeaderBytes);
};

const readHeaders = async (folder: Folder): Promise<Segment[]> => {
  const segments: Segment[] = [];
  const names = folder
    .names()
    .filter((one) => firstOf(one) !== undefined)
    .sort();
  for (const name of names) {
    const path = `${folder.path}/${name}`;
    const first = firstOf(name) ?? 0;
    const file = await folder.open(name, { isReadOnly: true });
    try {
      const bytes = new Uint8Array(segmentHeaderBytes);
      const length = file.read(bytes, { offset: 0, length: bytes.length, position: 0 });
      const { header, crc } = decodeSegmentHeader(bytes.subarray(0, length), { path, first });
      if (header.first !== first)
        throw new LogDamaged(`${path} is not the file that its first line says it is`, { position: BigInt(first) });
      const fileBytes = file.sizeBytes();
      // Only the last one has room.
      const sizeBytes = name === names.at(-1) ? endOfBytes(file) : fileBytes;
      segments.push({ ...segmentOfHeader(header, crc, sizeBytes), fileBytes });
    } finally {
      file.close();
    }
  }
  return segments;
};

/** Each begins where the one before ended, says its header; so those before the last one need not be read. */
const checkSuccession = (all: readonly Segment[], { path }: Folder): void => {
  all.forEach((segment, index) => {
    const { header, name } = segment;
    const before = all[index - 1];
    if (header.before.first !== (before?.header.first ?? 0))
      throw new LogDamaged(
        `${path}/${nameOf(header.before.first)}, which comes before ${name}, is missing; restore it`,
        { position: BigInt(header.before.first) },
      );
    if (before === undefined) return;
    if (header.ledger !== before.header.ledger || header.seed !== before.header.seed)
      throw new LogDamaged(`${path}/${name} is of another log than ${before.name}`, {
        position: BigInt(header.first),
      });
    if (before.sizeBytes !== header.before.sizeBytes)
      throw new LogDamaged(
        `${path}/${before.name} has ${String(before.sizeBytes)} bytes, not ${String(header.before.sizeBytes)}; restore it from a copy`,
        { position: BigInt(before.header.first) },
      );
    before.last = header.first - 1;
    before.lastCrc = header.before.crc;
  });
};
