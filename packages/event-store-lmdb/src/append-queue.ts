import type { AppendResult, EventBody, RecordedEvent, StreamAppend } from '@tollgate/event-store';

type Waiting<Body extends EventBody> = {
  appends: readonly StreamAppend<Body>[];
  resolve(results: AppendResult<Body>[]): void;
  reject(error: unknown): void;
};

/** What becomes of a group of appends: the results each caller waits for, and all that is to be written, in order. */
type Plan<Body extends EventBody> = { results: AppendResult<Body>[][]; events: RecordedEvent<Body>[] };

/**
 * Groups the appends of all callers into one durable write at a time: while one is on its way to the disk, the next
 * group gathers. `plan` and `write` see one group after the other, never two at once.
 */
export const createAppendQueue = <Body extends EventBody>(io: {
  plan(group: readonly (readonly StreamAppend<Body>[])[]): Plan<Body>;
  write(events: readonly RecordedEvent<Body>[]): Promise<void>;
}) => {
  let waiting: Waiting<Body>[] = [];
  let running: Promise<void> | undefined;

  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      try {
        const { results, events } = io.plan(group.map(({ appends }) => appends));
        if (events.length > 0) await io.write(events);
        group.forEach(({ resolve }, index) => {
          resolve(results[index] ?? []);
        });
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    running = undefined;
  };

  return {
    append: (appends: readonly StreamAppend<Body>[]): Promise<AppendResult<Body>[]> =>
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
