import type { Place } from '@tollgate/event-store';

/** A stream that is about no account, with the places of its marked events. */
export type OtherStream = { readonly name: string; revision: number; place: Place; readonly marks: Place[] };

/** The streams that are about no account, numbered in the order of their first events; there are few of them. */
export type OtherStreams = {
  numberOf(name: string): number | undefined;
  named(name: string): OtherStream | undefined;
  at(number: number): OtherStream | undefined;
  count(): number;
  add(stream: OtherStream): void;
  all(): readonly OtherStream[];
};

export const createOtherStreams = (): OtherStreams => {
  const streams: OtherStream[] = [];
  const numbers = new Map<string, number>();
  return {
    numberOf: (name) => numbers.get(name),
    named: (name) => streams[numbers.get(name) ?? -1],
    at: (number) => streams[number],
    count: () => streams.length,
    add: (stream) => {
      numbers.set(stream.name, streams.length);
      streams.push(stream);
    },
    all: () => streams,
  };
};
