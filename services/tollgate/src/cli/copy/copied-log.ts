import type { LogEvent } from '@tollgate/contracts';
import type { Position, RecordedEvent } from '@tollgate/event-store';
import type { StoredPlace } from '@tollgate/event-store-esdb';
import type { Recorded } from '../../command-comparison';

/** A log that is copied. */
export type CopySource = {
  /** For people. */
  name: string;
  ledger: string;
  /** How many events there are; absent where nobody knows before they are read. */
  total: number | undefined;
  /** What was met and left out, as it was asked for. */
  leftOut(): readonly StoredPlace[];
  /** Every event there was when it was opened. */
  recorded(): Recorded;
  /** Throws where it goes on after what was read. */
  requireEnd(): Promise<void>;
  close(): Promise<void>;
};

/** Where it is copied to. It holds nothing yet, or has been a copy of it before. */
export type CopyTarget = {
  /** For people. */
  name: string;
  /** What it holds, from its first event or after one. */
  recorded(after?: Position): Recorded;
  /** Appends them in their order, after what is there; durable when it resolves. Nothing is served from it until `end`. */
  append(events: readonly RecordedEvent<LogEvent>[]): Promise<void>;
  /** All of the source was found in it. */
  end(found: { events: number; digest: string }): Promise<void>;
  close(): Promise<void>;
};

/** The target holds something else than the source. Exit code 1. */
export class LogsDiffer extends Error {
  override readonly name = 'LogsDiffer';
}
