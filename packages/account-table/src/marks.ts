import type { Place, StreamHead } from '@tollgate/event-store';

const between = 64;

/** Each 64th event of a stream is marked: the revisions 63, 127 and so on. From one of them a reader goes back. */
export const isMarked = (revision: number): boolean => revision % between === between - 1;

/** Places of the marked events of many streams, by the streams' numbers. */
export type Marks = {
  /** Of the next event of the stream that is marked. */
  add(number: number, place: Place): void;
  at(number: number, index: number): Place | undefined;
  /** Of each stream that has any, in the order of their numbers. */
  all(): [number: number, places: Place[]][];
  sizeBytes(): number;
};

/**
 * As numbers alone, for most streams have a few: an array and an entry of a map for each took 70 bytes a place. A stream has blocks of
 * one place, of two, of four and so on, each after the position of the block before it.
 */
export const createMarks = (): Marks => {
  /** Of each stream how many it has, and where its newest block begins. */
  let heads = new Float64Array(0);
  let blocks = new Float64Array(0);
  let end = 0;

  const countOf = (number: number): number => heads[2 * number] ?? 0;

  const at = (number: number, index: number): Place | undefined => {
    const count = countOf(number);
    if (index >= count) return undefined;
    let block = heads[2 * number + 1] ?? 0;
    for (let steps = blockOf(count - 1) - blockOf(index); steps > 0; steps -= 1) block = blocks[block] ?? 0;
    return blocks[block + 1 + placeInBlock(index)];
  };

  return {
    add: (number, place) => {
      heads = withRoom(heads, 2 * number + 2);
      const index = countOf(number);
      if (placeInBlock(index) === 0) {
        blocks = withRoom(blocks, end + 2 + index);
        blocks[end] = heads[2 * number + 1] ?? 0;
        heads[2 * number + 1] = end;
        end += 2 + index;
      }
      blocks[(heads[2 * number + 1] ?? 0) + 1 + placeInBlock(index)] = place;
      heads[2 * number] = index + 1;
    },
    at,
    all: () => {
      const all: [number, Place[]][] = [];
      for (let number = 0; 2 * number < heads.length; number += 1) {
        const places = Array.from({ length: countOf(number) }, (_, index) => at(number, index) ?? 0);
        if (places.length > 0) all.push([number, places]);
      }
      return all;
    },
    sizeBytes: () => heads.byteLength + blocks.byteLength,
  };
};

/** Block 0 has the first place, block 1 the next two, block 2 the next four. */
const blockOf = (index: number): number => 31 - Math.clz32(index + 1);
const placeInBlock = (index: number): number => index + 1 - 2 ** blockOf(index);

const withRoom = (numbers: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> => {
  if (length <= numbers.length) return numbers;
  const larger = new Float64Array(Math.max(length, Math.ceil(1.25 * numbers.length)));
  larger.set(numbers);
  return larger;
};

/** The known event nearest to a revision, at it or after it; `placeAt` gives the place of a marked event. */
export const nearest = (
  head: StreamHead,
  revision: number,
  placeAt: (index: number) => Place | undefined,
): StreamHead | undefined => {
  if (revision > head.revision) return undefined;
  const index = Math.floor(revision / between);
  const place = placeAt(index);
  return place === undefined
    ? { revision: head.revision, place: head.place }
    : { revision: (index + 1) * between - 1, place };
};
