import { existsSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { Position } from '@tollgate/event-store';
import { openFolderReadOnly, writeNew } from '@tollgate/folder';
import type { Folder, FolderFile } from '@tollgate/folder';
import type { RelayPosition } from '@tollgate/service-runtime';
import { commitsName } from './commit-store';
import { openKeptText } from './kept-text';
import { decodeMarks, encodeMarks } from './topic-marks';
import type { TopicMarks } from './topic-marks';

const slotBytes = 64;

/** Behind the slots of the position, which an earlier Tollgate reads and writes alone. */
const marksAt = 4_096;
const marksSlotBytes = 128 << 10;

/** How far a relay is, and what the broker acknowledged last of each partition. */
export type RelayPlace = RelayPosition & {
  /** As they are written with the next position; absent where only an earlier Tollgate has published. */
  marks: TopicMarks | undefined;
  /** Of each partition, up to where the newest command of each key is known to stand last; where it is not said, up to its mark. */
  seen: Map<number, bigint>;
  close(): void;
};

/**
 * Where a relay keeps how far the broker has acknowledged: two slots in turn, so that one is whole whatever a kill interrupts. It is
 * not synced: after a power failure at most the last commands are sent again, byte for byte. The marks are written first: older ones
 * than the position are still in the topic, or their keys have newer messages there.
 */
export const openRelayPosition = async (
  folder: Folder,
  name: string,
  { isReadOnly = false } = {},
): Promise<RelayPlace> => {
  const isNew = !isReadOnly && !folder.names().includes(name);
  const file = await folder.open(name, { isNew, isReadOnly });
  let { position, turn } = readSlots(file);
  const kept = openKeptText(file, { at: marksAt, slotBytes: marksSlotBytes });
  const text = kept.text();
  const place: RelayPlace = {
    marks: text === undefined ? undefined : decodeMarks(text),
    seen: new Map(),
    position: () => position,
    store: (next) => {
      if (place.marks !== undefined && !kept.write(encodeMarks(place.marks)))
        throw new Error(`the topic has more partitions than ${name} can remember`);
      turn += 1;
      file.note(slotOf(next, turn), (turn % 2) * slotBytes);
      position = next;
    },
    close: () => {
      file.close();
    },
  };
  return place;
};

/** For what becomes the position of a relay that has not run here. */
export const writeRelayPosition = (folder: Folder, name: string, position: Position): Promise<void> =>
  writeNew(folder, name, slotOf(position, 0));

/** The same in the place of one that is there, whatever interrupts it. */
export const replaceRelayPosition = async (folder: Folder, name: string, position: Position): Promise<void> => {
  await writeRelayPosition(folder, `${name}${next}`, position);
  await folder.rename(`${name}${next}`, name);
};

const next = '.next';

/** Of every relay that has run in a data folder, beside the process that runs them. */
export const readRelayPositions = async (path: string): Promise<Record<string, Position>> => {
  const positions: Record<string, Position> = {};
  if (!existsSync(path)) return positions;
  const folder = openFolderReadOnly(path);
  for (const name of folder.names().filter((one) => !one.endsWith(next) && one !== commitsName)) {
    const relay = await openRelayPosition(folder, name);
    const position = relay.position();
    if (position !== undefined) positions[name] = position;
    relay.close();
  }
  return positions;
};

/** The number of the write, the position, their CRC-32, filled up with spaces. */
const slotOf = (position: Position, turn: number): Buffer => {
  const text = `${String(turn)} ${String(position)}`;
  return Buffer.from(`${`${text} ${String(crc32(text))}`.padEnd(slotBytes - 1)}\n`);
};

const readSlots = (file: FolderFile): { position: Position | undefined; turn: number } => {
  const bytes = Buffer.alloc(2 * slotBytes);
  file.read(bytes, { offset: 0, length: bytes.length, position: 0 });
  const slots = [0, slotBytes].flatMap((at) => parse(bytes.toString('latin1', at, at + slotBytes)) ?? []);
  return slots.reduce<{ position: Position | undefined; turn: number }>(
    (latest, slot) => (slot.turn >= latest.turn ? slot : latest),
    { position: undefined, turn: 0 },
  );
};

const parse = (slot: string): { position: Position; turn: number } | undefined => {
  const [, text = '', turn, position, crc] = /^((\d+) (\d+)) (\d+) *\n$/.exec(slot) ?? [];
  if (position === undefined || String(crc32(text)) !== crc) return undefined;
  return { position: BigInt(position), turn: Number(turn) };
};
