import { followedTable } from '@tollgate/account-table/followed';
import type { LogEvent } from '@tollgate/contracts';
import { LogUnavailable } from '@tollgate/event-store';
import type { EventLog } from '@tollgate/event-store';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import { clock, decisions, opening, paid, record, silent, used } from './judging.fixture';
import { startCutoffProjector } from './projector';

/** Opening blocks, each payment opens, each call blocks again. */
const history = [opening(), paid('p1'), used('u1'), paid('p2'), used('u2')];

const start = (log: EventLog<LogEvent>) => {
  const { table, caughtUp, stop } = followedTable(log);
  const projector = startCutoffProjector({ log, table, clock, logger: silent, ready: caughtUp });
  return {
    table,
    done: projector.done,
    /** Waits until all that is in the log has been decided. */
    settled: async (): Promise<boolean> => table.settled(Number((await log.lastPosition()) ?? 0n), 5_000),
    stop: async (): Promise<void> => {
      await projector.stop();
      stop();
    },
  };
};

const run = async (log: EventLog<LogEvent>): Promise<void> => {
  const projector = start(log);
  expect(await projector.settled()).toBe(true);
  await projector.stop();
};

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

  test('decides for each account in its own stream, at one time, in one write', async () => {
    const log = createMemoryEventLog<LogEvent>();
    await record(log, [opening('acme'), paid('p1', 'acme'), used('u1', 'acme')]);
    await record(log, [{ ...opening('zenith'), data: { accountId: 'zenith', currency: 'EUR' } } as LogEvent], {
      accountId: 'zenith',
    });
    await record(log, [opening('other')], { accountId: 'other' });
    const appended: string[][] = [];
    await run({
      ...log,
      append: (appends) => {
        appended.push(appends.map(({ stream }) => stream));
        return log.append(appends);
      },
    });
    expect(appended).toEqual([['cutoff-acme', 'cutoff-other']]);
    expect(new Set(log.events().flatMap(({ data }) => ('decidedAt' in data ? [data.decidedAt] : []))).size).toBe(1);
  });

  test('where nothing is decided nothing is written', async () => {
    const log = createMemoryEventLog<LogEvent>();
    await record(log, [{ ...opening(), data: { accountId: 'acme', currency: 'EUR' } } as LogEvent, paid('p1')]);
    await run({ ...log, append: () => Promise.reject(new Error('written')) });
    expect(decisions(log)).toEqual([]);
  });

  test.each([0, 1, 2, 3, 4, 5])(
    'stopped after %i events: what was decided before is taken over, never decided again',
    async (count) => {
      const log = createMemoryEventLog<LogEvent>();
      if (count > 0) await record(log, history.slice(0, count));
      await run(log);
      if (count < history.length) await record(log, history.slice(count), { after: count - 1 });
      await run(log);
      expect(decisions(log)).toEqual(expected);
    },
  );

  test('goes on while events come, and takes more edges of one account than it appends at once', async () => {
    const log = createMemoryEventLog<LogEvent>();
    const projector = start(log);
    const flips = Array.from({ length: 2_400 }, (_, index) =>
      index % 2 === 0 ? paid(`p${String(index)}`) : used(`u${String(index)}`),
    );
    await record(log, [opening(), ...flips.slice(0, 1_200)]);
    await record(log, flips.slice(1_200), { after: 1_200 });
    expect(await projector.settled()).toBe(true);
    await projector.stop();
    expect(decisions(log)).toEqual(
      [opening(), ...flips].map(
        (_, index) =>
          `${String(index + 1)} ${index % 2 === 0 ? 'TrafficBlocked' : 'TrafficUnblocked'} by e${String(index)}`,
      ),
    );
  });

  test('of two edges of one event, of which a crash left one in the log, makes the other', async () => {
    const log = createMemoryEventLog<LogEvent>();
    const both: LogEvent = {
      ...opening(),
      data: { accountId: 'acme', currency: 'EUR', cutoff: { balances: ['inbound', 'outbound'] } },
    } as LogEvent;
    await record(log, [both]);
    await run(log);
    const [, first] = log.events();
    if (first === undefined) throw new Error('nothing was decided');
    const crashed = createMemoryEventLog<LogEvent>({ recorded: log.events().slice(0, 2) });
    await run(crashed);
    expect(decisions(crashed)).toEqual(['1 TrafficBlocked by e0', '2 TrafficBlocked by e0']);
  });

  test('an append whose answer is lost is neither lost nor made twice', async () => {
    const log = createMemoryEventLog<LogEvent>();
    let attempts = 0;
    await record(log, history);
    await run({
      ...log,
      append: async (appends) => {
        attempts += 1;
        if (attempts === 1) throw new LogUnavailable('refused');
        if (attempts === 2) return appends.map(() => ({ status: 'unknown', error: new LogUnavailable('not sent') }));
        await log.append(appends);
        return appends.map(() => ({ status: 'unknown', error: new LogUnavailable('no answer') }));
      },
    });
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

  test('a stream that refuses a decision and does not hold it ends the projector', async () => {
    const log = createMemoryEventLog<LogEvent>();
    await record(log, history);
    const projector = start({
      ...log,
      append: (appends) => Promise.resolve(appends.map(() => ({ status: 'conflict', currentRevision: 4 }))),
    });
    await expect(projector.done).rejects.toThrow('cutoff-acme refuses decision 1 and does not hold it');
    await projector.stop();
  });

  test('a decision that the fold asks for though the log holds it ends the projector: it does not spin', async () => {
    const log = createMemoryEventLog<LogEvent>();
    await record(log, history);
    await run(log);
    const { table, caughtUp, stop } = followedTable(log);
    await caughtUp;
    const [made] = log.events().filter(({ type }) => type === 'TrafficBlocked');
    if (made?.type !== 'TrafficBlocked') throw new Error('nothing was decided');
    const asked = { ...made, causePlace: 1 };
    const forgetful = { ...table, pending: () => [asked] };
    const { done } = startCutoffProjector({ log, table: forgetful, clock, logger: silent, ready: caughtUp });
    await expect(done).rejects.toThrow('cutoff-acme holds decision 1, and the fold still asks for it');
    stop();
  });
});
