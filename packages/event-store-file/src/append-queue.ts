import type { AppendResult, EventBody, StreamAppend } from '@tollgate/event-store';

type Waiting<Body extends EventBody> = {
  appends: readonly StreamAppend<Body>[];
  resolve(results: AppendResult[]): void;
  reject(error: unknown): void;
};

/** What may wait is written together, up to here; one call alone may be larger. */
const groupEvents = 2_000;
const groupBytes = 4 << 20;

export type GroupIo<Body extends EventBody> = {
  begin(): void;
  /** Puts one call into the group; where it throws, nothing of the group stands any more. */
  add(appends: readonly StreamAppend<Body>[]): AppendResult[];
  size(): { events: number; bytes: number };
  /** Makes the group durable; results of what was not known to be recorded are told by the answer. */
  write(): Promise<(result: AppendResult) => AppendResult>;
};

/**
 * Groups the appends of all callers into one durable write at a time: while one is on its way to the disk, the next ones
 * gather. A call is never spread over two groups.
 */
export const createAppendQueue = <Body extends EventBody>(io: GroupIo<Body>) => {
  let waiting: Waiting<Body>[] = [];
  let running: Promise<void> | undefined;

  const hasRoomFor = ({ appends }: Waiting<Body>): boolean => {
    const { events, bytes } = io.size();
    return bytes < groupBytes && events + countOf(appends) <= groupEvents;
  };

  type Gathered = { call: Waiting<Body>; results: AppendResult[] };

  /** A group of the first calls that wait; or the call that cannot be part of one, and why. */
  const tryGather = (): Gathered[] | { refused: Waiting<Body>; error: unknown } => {
    const group: Gathered[] = [];
    io.begin();
    for (const call of waiting) {
      if (group.length > 0 && !hasRoomFor(call)) break;
      try {
        group.push({ call, results: io.add(call.appends) });
      } catch (error) {
        return { refused: call, error };
      }
    }
    return group;
  };

  const gather = (): Gathered[] => {
    for (;;) {
      const group = tryGather();
      if (Array.isArray(group)) {
        waiting = waiting.slice(group.length);
        return group;
      }
      waiting = waiting.filter((one) => one !== group.refused);
      group.refused.reject(group.error);
    }
  };

  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = gather();
      try {
        const outcomeOf = io.size().events > 0 ? await io.write() : asPlanned;
        for (const { call, results } of group) call.resolve(results.map(outcomeOf));
      } catch (error) {
        for (const { call } of group) call.reject(error);
      }
    }
    running = undefined;
  };

  return {
    append: (appends: readonly StreamAppend<Body>[]): Promise<AppendResult[]> =>
      new Promise((resolve, reject) => {
        waiting.push({ appends, resolve, reject });
        running ??= Promise.resolve().then(run);
      }),
    /** Resolves when nothing is queued or under way. */
    drained: async (): Promise<void> => {
      while (running !== undefined) await running;
    },
  };
};

export const asPlanned = (result: AppendResult): AppendResult => result;

const countOf = (appends: readonly StreamAppend<EventBody>[]): number => {
  let count = 0;
  for (const { events } of appends) count += events.length;
  return count;
};
