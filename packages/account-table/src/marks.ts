import type { Place, StreamHead } from '@tollgate/event-store';

/** Places of each 64th event of a stream: of the revisions 63, 127 and so on. From one of them a reader goes back. */
export type Marks = Place[];

const between = 64;

export const isMarked = (revision: number): boolean => revision % between === between - 1;

/** Notes an event of the stream that is known under a number. */
export const addMark = (marks: Map<number, Marks>, number: number, place: Place): void => {
  const known = marks.get(number);
  if (known === undefined) marks.set(number, [place]);
  else known.push(place);
};

/** The known event nearest to a revision, at it or after it. */
export const nearest = (marks: Marks | undefined, head: StreamHead, revision: number): StreamHead | undefined => {
  if (revision > head.revision) return undefined;
  const index = Math.floor(revision / between);
  const place = marks?.[index];
  return place === undefined
    ? { revision: head.revision, place: head.place }
    : { revision: (index + 1) * between - 1, place };
};
