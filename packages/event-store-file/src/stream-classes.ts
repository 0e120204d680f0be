import type { EventBody, RecordedEvent } from '@tollgate/event-store';

/** The class of a stream, by the prefixes of its segment: the number of the first that fits, from 1; 0 is any other. */
export const classOf = (classes: readonly string[], stream: string): number => {
  for (let index = 0; index < classes.length; index += 1) if (stream.startsWith(classes[index] ?? '')) return index + 1;
  return 0;
};

export type Selection = {
  /** Whether an event of this class can be wanted. */
  mayWant(streamClass: number): boolean;
  isWanted(event: RecordedEvent<EventBody>): boolean;
};

/** What a subscription to streams with one of `prefixes` wants of a segment. */
export const selectionOf = (classes: readonly string[], prefixes: readonly string[]): Selection => {
  const isWantedOfClass = [
    // Streams of no class: not those whose prefix is a class's, or longer.
    prefixes.some((prefix) => !classes.some((name) => prefix.startsWith(name))),
    ...classes.map((name) => prefixes.some((prefix) => name.startsWith(prefix) || prefix.startsWith(name))),
  ];
  return {
    mayWant: (streamClass) => isWantedOfClass[streamClass] ?? true,
    isWanted: ({ stream }) => prefixes.some((prefix) => stream.startsWith(prefix)),
  };
};
