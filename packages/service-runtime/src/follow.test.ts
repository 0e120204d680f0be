import { SubscriptionDropped } from '@tollgate/event-store';
import type { EventBody, EventLog, Position } from '@tollgate/event-store';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import { follow } from './follow';
import type { Log } from './log';

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

const event = (eventId: string) => ({ eventId, type: 'Noted', data: {}, metadata: {} });

const appendOne = async (log: EventLog<EventBody>, revision: number): Promise<void> => {
  await log.append([{ stream: 'a-1', expectedRevision: revision - 1, events: [event(`e${String(revision)}`)] }]);
};

/** A follower that notes the ids it applied and keeps its position. */
const noting = (log: EventLog<EventBody>, onApply: (id: string) => void = () => undefined, logger = silent) => {
  const applied: string[] = [];
  let stored: Position | undefined;
  const following = follow({
    name: 'noting',
    log,
    prefixes: ['a-'],
    position: () => stored,
    apply: ({ events, position }) => {
      for (const { eventId } of events) {
        onApply(eventId);
        applied.push(eventId);
      }
      stored = position;
      return Promise.resolve();
    },
    logger,
  });
  return { following, applied };
};

describe('following the log', () => {
  test('applies what is there, says it has caught up, and goes on live', async () => {
    const log = createMemoryEventLog();
    await appendOne(log, 0);
    const { following, applied } = noting(log);
    await following.caughtUp;
    expect(applied).toEqual(['e0']);
    await appendOne(log, 1);
    expect(await following.reached(2n, 1_000)).toBe(true);
    expect(applied).toEqual(['e0', 'e1']);
    await following.stop();
  });

  test('a subscription that drops is taken up again after the last batch applied, nothing twice', async () => {
    const log = createMemoryEventLog();
    await appendOne(log, 0);
    let drops = 0;
    const dropping: EventLog<EventBody> = {
      ...log,
      async *subscribe(subscription) {
        for await (const batch of log.subscribe(subscription)) {
          yield batch;
          if (drops < 2) {
            drops += 1;
            throw new SubscriptionDropped('the connection broke');
          }
        }
      },
    };
    const { following, applied } = noting(dropping);
    await following.caughtUp;
    await appendOne(log, 1);
    expect(await following.reached(2n, 5_000)).toBe(true);
    expect(applied).toEqual(['e0', 'e1']);
    await following.stop();
  });

  test('says since when it is behind, and why', async () => {
    const log = createMemoryEventLog();
    let isDown = true;
    const failing: EventLog<EventBody> = {
      ...log,
      async *subscribe(subscription) {
        if (isDown) throw new SubscriptionDropped('the connection broke');
        yield* log.subscribe(subscription);
      },
    };
    const start = new Date();
    let onWarning: () => void = () => undefined;
    const warned = new Promise<void>((resolve) => (onWarning = resolve));
    const { following } = noting(failing, undefined, { ...silent, warn: onWarning });
    expect(following.behind()?.reason).toBeUndefined();
    await warned;
    expect(following.behind()?.reason).toBe('the connection broke');
    expect(following.behind()?.since.getTime()).toBeGreaterThanOrEqual(start.getTime());
    isDown = false;
    await following.caughtUp;
    expect(following.behind()).toBeUndefined();
    await following.stop();
  });

  test('the pause before it goes on grows, and begins small again once it has caught up', async () => {
    const log = createMemoryEventLog();
    let drops = 0;
    const dropping: EventLog<EventBody> = {
      ...log,
      async *subscribe(subscription) {
        if (++drops % 3 > 0) throw new SubscriptionDropped('the connection broke');
        for await (const batch of log.subscribe(subscription)) {
          yield batch;
          throw new SubscriptionDropped('the connection broke');
        }
      },
    };
    const pauses: unknown[] = [];
    const warn = (fields: { pauseMs?: number }) => void pauses.push(fields.pauseMs);
    const { following } = noting(dropping, undefined, { ...silent, warn });
    await appendOne(log, 0);
    expect(await following.reached(1n, 5_000)).toBe(true);
    await appendOne(log, 1);
    expect(await following.reached(2n, 5_000)).toBe(true);
    await following.stop();
    const atMost = [50, 100, 50, 100, 200];
    for (const [index, most] of atMost.entries()) {
      expect(pauses[index]).toBeGreaterThanOrEqual(most / 2);
      expect(pauses[index]).toBeLessThanOrEqual(most);
    }
  });

  test('an error that is not retriable ends it with that error: wrong is worse than down', async () => {
    const log = createMemoryEventLog();
    await appendOne(log, 0);
    const { following } = noting(log, () => {
      throw new Error('the stream makes no sense');
    });
    await expect(following.done).rejects.toThrow('the stream makes no sense');
    await expect(following.caughtUp).rejects.toThrow('the stream makes no sense');
  });

  test('a position ahead of the log is refused: the log was replaced by an older copy', async () => {
    const log = createMemoryEventLog();
    const following = follow({
      name: 'ahead',
      log,
      prefixes: ['a-'],
      position: () => 7n,
      apply: () => Promise.resolve(),
      logger: silent,
    });
    await expect(following.done).rejects.toThrow('ahead of the log');
  });

  test('waiting for a position that does not come ends with false', async () => {
    const { following } = noting(createMemoryEventLog());
    expect(await following.reached(1n, 10)).toBe(false);
    await following.stop();
  });
});
