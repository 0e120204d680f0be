import { LogUnavailable } from '@tollgate/event-store';

/** What became of a write is not known: the process has to end, and the next one reads what there is. */
export class LogStuck extends Error {
  override readonly name = 'LogStuck';
  readonly retriable = false;
}

/** The log contradicts itself, said its index of events that are recorded: nothing more may be derived from it. */
export class IndexFailed extends Error {
  override readonly name = 'IndexFailed';
  readonly reason: Error;

  constructor(error: unknown) {
    super('the index refused what was recorded', { cause: error });
    this.reason = error instanceof Error ? error : new Error(String(error));
  }
}

/** What an append is answered once the log is stuck: nothing of it is recorded. */
export const refusalOf = (stuck: Error): Error =>
  stuck instanceof LogStuck ? new LogUnavailable(stuck.message, { cause: stuck }) : stuck;
