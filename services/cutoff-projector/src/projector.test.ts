import type { LogEvent } from '@tollgate/contracts';
import type { EventLog } from '@tollgate/event-store';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import type { ProjectionStore } from '@tollgate/projection-store';
import { createMemoryStore } from '@tollgate/projection-store/memory';
import { clock, decisions, opening, paid, record, silent, used } from './judging.fixture';
import { startCutoffProjector } from './projector';

/** Opening blocks, each payment opens, each call blocks again. */
const history = [opening(), paid('p1'), used('u1'), paid('p2'), used('u2')];

const run = async (log: EventLog<LogEvent>, store: ProjectionStore = createMemoryStore()): Promise<void> => {
  const projector = await startCutoffProjector({ log, store, clock, logger: silent });
  await projector.caughtUp;
  await projector.stop();
};

const lastOf = async (log: EventLog<LogEvent>): Promise<bigint> => (await log.lastPosition()) ?? 0n;

const expected = [
  '1 TrafficBlocked by e0',
  '2 TrafficUnblocked by e1',
  '3 TrafficBlocked by e2',
  '4 TrafficUnblocked by e3',
  '5 TrafficBlocked by e4',
];

describe('the cutoff projector', () => {
  test('records every edge of the fold with its cause', async () => {
    const log = createMemoryEventLog<LogEvent>();
    await record(log, history);
    await run(log);
    expect(decisions(log)).toEqual(expected);
  });

  test.each([0, 1, 2, 3, 4, 5])(
    'its state lost after %i events: what was decided before is taken over, never decided again',
    async (count) => {
      const log = createMemoryEventLog<LogEvent>();
      await record(log, history.slice(0, count));
      await run(log);
      await record(log, history.slice(count), { after: count - 1 });
      await run(log);
      expect(decisions(log)).toEqual(expected);
    },
  );

  test('an error between a decision and its checkpoint leaves the decision, and the next run goes on from it', async () => {
    const log = createMemoryEventLog<LogEvent>();
    await record(log, history.slice(0, 3));
    const failing = { ...createMemoryStore(), commit: () => Promise.reject(new Error('killed')) };
    await expect(run(log, failing)).rejects.toThrow('killed');
    expect(decisions(log)).toEqual(expected.slice(0, 3));
    await record(log, history.slice(3), { after: 2 });
    await run(log);
    expect(decisions(log)).toEqual(expected);
  });

  test('a store that says it failed after it took the changes leaves no older fold behind', async () => {
    const log = createMemoryEventLog<LogEvent>();
    const store = createMemoryStore();
    let failures = 0;
    const full: ProjectionStore = {
      ...store,
      commit: async (changes) => {
        await store.commit(changes);
        if (changes.puts.length > 0 && failures-- > 0) throw Object.assign(new Error('full'), { retriable: true });
      },
    };
    await record(log, history.slice(0, 2));
    const projector = await startCutoffProjector({ log, store: full, clock, logger: silent });
    await projector.reached(await lastOf(log), 5_000);
    failures = 1;
    await record(log, history.slice(2, 3), { after: 1 });
    await projector.reached(await lastOf(log), 5_000);
    await record(log, history.slice(3), { after: 2 });
    await projector.reached(await lastOf(log), 5_000);
    await projector.stop();
    expect(decisions(log)).toEqual(expected);
  });

  test('two projectors on one log decide once', async () => {
    const log = createMemoryEventLog<LogEvent>({ turn: () => new Promise(setImmediate) });
    await record(log, history);
    await Promise.all([run(log), run(log), run(log)]);
    expect(decisions(log)).toEqual(expected);
  });

  test('a replay from the beginning makes no decision again', async () => {
    const log = createMemoryEventLog<LogEvent>();
    await record(log, history);
    await run(log);
    await run(log);
    expect(decisions(log)).toEqual(expected);
  });

  test('goes on from its stored position, and stores nothing when there is no news', async () => {
    const log = createMemoryEventLog<LogEvent>();
    const store = createMemoryStore();
    await record(log, history);
    await run(log, store);
    const stored = store.position();
    expect(stored).toBe(10n);
    const commits: unknown[] = [];
    const starts: unknown[] = [];
    const watched: EventLog<LogEvent> = {
      ...log,
      subscribe: (subscription) => {
        starts.push(subscription.after);
        return log.subscribe(subscription);
      },
    };
    const commit: ProjectionStore['commit'] = (changes) => {
      commits.push(changes);
      return store.commit(changes);
    };
    await run(watched, { ...store, commit });
    expect(starts).toEqual([stored]);
    expect(commits).toEqual([]);
  });

  test('tells of the last decision: at first any that the log may hold, then the newest it makes', async () => {
    const log = createMemoryEventLog<LogEvent>();
    const empty = await startCutoffProjector({ log, store: createMemoryStore(), clock, logger: silent });
    expect(empty.lastDecision()).toBe(0n);
    await empty.stop();
    await record(log, history.slice(0, 2));
    await run(log);
    await record(log, [used('quiet', 'acme'), paid('more'), paid('enough')], { after: 1 });
    // Its state is lost: what it takes over lies before the end of the log.
    const projector = await startCutoffProjector({ log, store: createMemoryStore(), clock, logger: silent });
    expect(projector.lastDecision()).toBe(7n);
    await projector.caughtUp;
    expect(decisions(log).slice(2)).toEqual(['3 TrafficBlocked by e2', '4 TrafficUnblocked by e3']);
    expect(projector.lastDecision()).toBe(9n);
    await record(log, [paid('quiet')], { after: 4 });
    await projector.reached(10n, 5_000);
    expect(projector.lastDecision()).toBe(9n);
    await projector.stop();
  });

  test('decisions taken over do not hide that later ones may be in the log', async () => {
    const log = createMemoryEventLog<LogEvent>();
    await record(log, history.slice(0, 2));
    await run(log);
    await record(log, [paid('quiet')], { after: 1 });
    const projector = await startCutoffProjector({ log, store: createMemoryStore(), clock, logger: silent });
    await projector.caughtUp;
    expect(projector.lastDecision()).toBe(5n);
    await projector.stop();
  });
});
