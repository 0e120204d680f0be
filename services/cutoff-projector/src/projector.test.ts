import type { LogEvent } from '@tollgate/contracts';
import type { EventLog } from '@tollgate/event-store';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import type { MemoryEventLog } from '@tollgate/event-store/memory';
import type { ProjectionStore } from '@tollgate/projection-store';
import { createMemoryStore } from '@tollgate/projection-store/memory';
import type { Log } from '@tollgate/service-runtime';
import { startCutoffProjector } from './projector';

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const metadata = { receivedAt: '2026-01-31T12:00:00.000Z' };
const clock = () => new Date('2026-01-31T12:00:01.000Z');

const opening: LogEvent = {
  type: 'AccountOpened',
  data: { accountId: 'acme', currency: 'EUR', cutoff: { balances: ['inbound'] } },
  metadata,
};
const paid = (paymentId: string): LogEvent => ({
  type: 'PaymentRecorded',
  data: { paymentId, accountId: 'acme', direction: 'inbound', amount: '1', currency: 'EUR' },
  metadata,
});
const used = (usageId: string): LogEvent => ({
  type: 'UsageCharged',
  data: { usageId, accountId: 'acme', direction: 'inbound', amount: '1', currency: 'EUR' },
  metadata,
});

/** Opening blocks, each payment opens, each call blocks again. */
const history = [opening, paid('p1'), used('u1'), paid('p2'), used('u2')];

const record = async (log: EventLog<LogEvent>, events: readonly LogEvent[], expectedRevision = -1): Promise<void> => {
  const named = events.map((event, index) => ({ ...event, eventId: `e${String(expectedRevision + 1 + index)}` }));
  await log.append([{ stream: 'account-acme', expectedRevision, events: named }]);
};

const run = async (log: EventLog<LogEvent>, store: ProjectionStore = createMemoryStore()): Promise<void> => {
  const projector = await startCutoffProjector({ log, store, clock, logger: silent });
  await projector.caughtUp;
  await projector.stop();
};

const decisions = (log: MemoryEventLog<LogEvent>): string[] =>
  log
    .events()
    .flatMap((event) =>
      event.type === 'TrafficBlocked' || event.type === 'TrafficUnblocked'
        ? [`${String(event.data.sequence)} ${event.type} by ${event.data.cause.eventId}`]
        : [],
    );

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
      await record(log, history.slice(count), count - 1);
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
    await record(log, history.slice(3), 2);
    await run(log);
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
});
