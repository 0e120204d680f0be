import type { EventBody, NewEvent, RecordedEvent } from './event-log';

/** A position as a number, for those who keep millions: exact below 2⁵³, which no log reaches. 0 is before the first event. */
export type Place = number;

/** Bytes an index has in the header of each event, for what folding needs of it. */
export const foldBytes = 32;

/** Events that are durable together, in log order. */
export type RecordedGroup<Body extends EventBody> = {
  readonly count: number;
  /** Of the event at `index`, from 0. */
  place(index: number): Place;
  revision(index: number): number;
  /** Where its `foldBytes` stand in `bytes`, as the index described it. */
  readonly bytes: DataView;
  foldOffset(index: number): number;
  /** The event itself: as it was given where it was just recorded, decoded from its line where it is read back. */
  event(index: number): RecordedEvent<Body>;
};

export type StreamHead = { revision: number; place: Place };

/**
 * What is folded from the log in step with it. An adapter without streams of its own (files) asks it where a stream stands, and
 * a follower of another log feeds it. It is derived: what it has not kept is given to it again, from the log.
 */
export type LogIndex<Body extends EventBody> = {
  /**
   * Before anything else, once the log is open: `ledger` is the log's own random id, `seed` what ids are hashed with, `last` the
   * place of the last event. Returns the place up to which it has kept what the log says: what follows is given to `add`, in
   * order. Throws if it has kept more than the log has.
   */
  start(log: { ledger: string; seed: Uint8Array; last: Place }): Promise<Place>;
  /** Last event of a stream; absent if it has none. */
  head(stream: string): StreamHead | undefined;
  /** The known event of a stream that is nearest to `revision`, at it or after it; from there one goes back. */
  near(stream: string, revision: number): StreamHead | undefined;
  /**
   * Writes what folding needs of an event that is about to be recorded into `foldBytes` at `offset`. What was described since
   * the last `add` or `discard` is one group in the making, in order.
   */
  describe(
    event: NewEvent<Body>,
    place: { stream: string; revision: number },
    header: { bytes: DataView; offset: number },
  ): void;
  /** Nothing of what was described was recorded. */
  discard(): void;
  /** Folds a durable group: the one just described, or one that is read back. Throws if the log contradicts itself. */
  add(group: RecordedGroup<Body>): void;
};
