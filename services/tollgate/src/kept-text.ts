import { crc32 } from 'node:zlib';
import type { FolderFile } from '@tollgate/folder';

/** A line of text with its CRC-32. */
const lineOf = (text: string): Buffer => Buffer.from(`${text} ${String(crc32(text))}\n`);

/** A text without line feeds that replaces another: in two slots of a file in turn, so that one is whole whatever a kill interrupts; not synced. */
export const openKeptText = (file: FolderFile, { at, slotBytes }: { at: number; slotBytes: number }) => {
  let { turn, text } = readLatest(file, at, slotBytes);
  return {
    text: (): string | undefined => text,
    /** Whether it fits. */
    write: (next: string): boolean => {
      if (next === text) return true;
      const line = lineOf(`${String(turn + 1)} ${next}`);
      if (line.length > slotBytes) return false;
      turn += 1;
      file.note(line, at + (turn % 2) * slotBytes);
      text = next;
      return true;
    },
  };
};

type Written = { turn: number; text: string | undefined };

const readLatest = (file: FolderFile, at: number, slotBytes: number): Written => {
  const bytes = Buffer.alloc(slotBytes);
  return [0, 1].reduce<Written>(
    (latest, slot) => {
      const length = file.read(bytes, { offset: 0, length: slotBytes, position: at + slot * slotBytes });
      const found = parse(bytes.toString('utf8', 0, length));
      return found !== undefined && found.turn >= latest.turn ? found : latest;
    },
    { turn: 0, text: undefined },
  );
};

/** What follows the first line is of a longer one before it. */
const parse = (slot: string): Written | undefined => {
  const [, line = '', turn, text = '', crc] = /^((\d+) (.*)) (\d+)\n/.exec(slot) ?? [];
  if (crc === undefined || String(crc32(line)) !== crc) return undefined;
  return { turn: Number(turn), text };
};
